namespace Canary.Metrics.Tests.Scrape;

/// <summary>Texts in the shapes that real processes write; the numbers are made up.</summary>
internal static class Expositions
{
    /// <summary>A sidecar's merged answer: no HELP, Envoy's own statistics beside Istio's, bounds without decimals.</summary>
    public const string Istio = """
        # TYPE istio_requests_total counter
        istio_requests_total{reporter="destination",source_workload="ingress",source_canonical_service="ingress",source_principal="spiffe://cluster.local/ns/istio-system/sa/ingress",destination_workload="checkout",destination_service="checkout.shop.svc.cluster.local",request_protocol="http",response_code="200",grpc_response_status="",response_flags="-",connection_security_policy="mutual_tls"} 9412
        istio_requests_total{reporter="destination",source_workload="ingress",source_canonical_service="ingress",source_principal="spiffe://cluster.local/ns/istio-system/sa/ingress",destination_workload="checkout",destination_service="checkout.shop.svc.cluster.local",request_protocol="http",response_code="503",grpc_response_status="",response_flags="UF,URX",connection_security_policy="mutual_tls"} 17
        istio_requests_total{reporter="destination",source_workload="ingress",source_canonical_service="ingress",source_principal="spiffe://cluster.local/ns/istio-system/sa/ingress",destination_workload="checkout",destination_service="checkout.shop.svc.cluster.local",request_protocol="http",response_code="0",grpc_response_status="",response_flags="DC",connection_security_policy="mutual_tls"} 5
        istio_requests_total{reporter="destination",source_workload="cart",destination_workload="checkout",request_protocol="grpc",response_code="200",grpc_response_status="14",response_flags="-",connection_security_policy="mutual_tls"} 4
        istio_requests_total{reporter="source",source_workload="checkout",destination_workload="payment",request_protocol="http",response_code="500",response_flags="-",connection_security_policy="unknown"} 300
        # TYPE istio_request_duration_milliseconds histogram
        istio_request_duration_milliseconds_bucket{reporter="destination",destination_workload="checkout",response_code="200",le="0.5"} 0
        istio_request_duration_milliseconds_bucket{reporter="destination",destination_workload="checkout",response_code="200",le="1"} 10
        istio_request_duration_milliseconds_bucket{reporter="destination",destination_workload="checkout",response_code="200",le="250"} 9400
        istio_request_duration_milliseconds_bucket{reporter="destination",destination_workload="checkout",response_code="200",le="+Inf"} 9412
        istio_request_duration_milliseconds_sum{reporter="destination",destination_workload="checkout",response_code="200"} 282360.5
        istio_request_duration_milliseconds_count{reporter="destination",destination_workload="checkout",response_code="200"} 9412
        istio_request_duration_milliseconds_bucket{reporter="destination",destination_workload="checkout",response_code="503",le="0.5"} 1
        istio_request_duration_milliseconds_bucket{reporter="destination",destination_workload="checkout",response_code="503",le="1"} 2
        istio_request_duration_milliseconds_bucket{reporter="destination",destination_workload="checkout",response_code="503",le="250"} 3
        istio_request_duration_milliseconds_bucket{reporter="destination",destination_workload="checkout",response_code="503",le="+Inf"} 17
        istio_request_duration_milliseconds_sum{reporter="destination",destination_workload="checkout",response_code="503"} 51000
        istio_request_duration_milliseconds_count{reporter="destination",destination_workload="checkout",response_code="503"} 17
        # TYPE envoy_cluster_upstream_cx_active gauge
        envoy_cluster_upstream_cx_active{cluster_name="xds-grpc"} 1
        # HELP istio_agent_process_start_time_seconds Start time of the process since unix epoch in seconds.
        # TYPE istio_agent_process_start_time_seconds gauge
        istio_agent_process_start_time_seconds 1.77000000025e+09

        """;

    /// <summary>As the Go client writes: HELP and TYPE, summaries with NaN, exponents.</summary>
    public const string Go = """
        # HELP go_gc_duration_seconds A summary of the wall-time pause (stop-the-world) duration in garbage collection cycles.
        # TYPE go_gc_duration_seconds summary
        go_gc_duration_seconds{quantile="0"} 2.8e-05
        go_gc_duration_seconds{quantile="1"} NaN
        go_gc_duration_seconds_sum 0.0017
        go_gc_duration_seconds_count 12
        # HELP http_request_duration_seconds Time of \\ requests,\nwith both escapes.
        # TYPE http_request_duration_seconds histogram
        http_request_duration_seconds_bucket{code="200",le="0.005"} 3
        http_request_duration_seconds_bucket{code="200",le="0.07"} 8
        http_request_duration_seconds_bucket{code="200",le="1"} 10
        http_request_duration_seconds_bucket{code="200",le="+Inf"} 11
        http_request_duration_seconds_sum{code="200"} 4.25
        http_request_duration_seconds_count{code="200"} 11
        # HELP http_requests_total Requests.
        # TYPE http_requests_total counter
        http_requests_total{code="200",path="C:\\\"x\"\n"} 1.234567e+06
        http_requests_total{code="500",path="/"} 7 1770000000123
        # HELP process_start_time_seconds Start time of the process since unix epoch in seconds.
        # TYPE process_start_time_seconds gauge
        process_start_time_seconds 1.77000000037e+09
        # HELP process_virtual_memory_max_bytes Maximum amount of virtual memory available in bytes.
        # TYPE process_virtual_memory_max_bytes gauge
        process_virtual_memory_max_bytes 1.8446744073709552e+19

        """;

    /// <summary>As prometheus-net writes OpenMetrics: bounds with a decimal, exemplars, _created, UNIT, # EOF.</summary>
    public const string OpenMetrics = """
        # HELP http_request_duration_seconds The duration of HTTP requests processed by an ASP.NET Core application.
        # TYPE http_request_duration_seconds histogram
        # UNIT http_request_duration_seconds seconds
        http_request_duration_seconds_sum{code="200",method="GET"} 1.5
        http_request_duration_seconds_count{code="200",method="GET"} 4
        http_request_duration_seconds_bucket{code="200",method="GET",le="0.5"} 2 # {trace_id="4bf92f3577b34da6",span_id="00f067aa0ba902b7"} 0.31 1770000000.123
        http_request_duration_seconds_bucket{code="200",method="GET",le="1.0"} 3 # {} 0.9
        http_request_duration_seconds_bucket{code="200",method="GET",le="+Inf"} 4
        http_request_duration_seconds_created{code="200",method="GET"} 1770000000.5
        # TYPE http_requests_received counter
        http_requests_received_total{code="200"} 40.0 1770000001.5 # {trace_id="a\"b"} 1.0
        http_requests_received_created{code="200"} 1770000000.5
        # EOF

        """;
}
