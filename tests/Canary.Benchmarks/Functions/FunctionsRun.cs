using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Canary.Benchmarks.Report;
using Perfolizer.Horology;

namespace Canary.Benchmarks.Functions;

/// <summary>Runs the benchmarks of functions and tells them as one table.</summary>
internal static class FunctionsRun
{
    private const int Rounds = 15;

    private static readonly Type[] Kinds = [typeof(DecideBenchmarks), typeof(JudgeBenchmarks), typeof(StatisticsBenchmarks), typeof(RecordBenchmarks), typeof(ExpositionBenchmarks)];

    public static string Run()
    {
        var artifacts = Directory.CreateTempSubdirectory("canary-benchmarks-");
        try
        {
            var config = ManualConfig.CreateEmpty()
                .AddJob(Job.ShortRun.WithIterationCount(Rounds).WithIterationTime(TimeInterval.FromMilliseconds(200)).WithToolchain(InProcessEmitToolchain.Instance))
                .AddDiagnoser(MemoryDiagnoser.Default)
                .AddColumnProvider(DefaultColumnProviders.Instance)
                .AddLogger(ConsoleLogger.Default)
                .WithArtifactsPath(artifacts.FullName);
            return Write([.. BenchmarkRunner.Run(Kinds, config).SelectMany(summary => summary.Reports)]);
        }
        finally
        {
            artifacts.Delete(recursive: true);
        }
    }

    private static string Write(IReadOnlyList<BenchmarkReport> reports)
    {
        var table = new Table("call", "time", "± of it", "ratio", "allocated");
        var first = Median(reports[0]);
        foreach (var report in reports)
        {
            var statistics = report.ResultStatistics!; // Median has looked
            var allocated = report.GcStats.GetBytesAllocatedPerOperation(report.BenchmarkCase) ?? throw new InvalidOperationException("allocations were not measured");
            table.Add(
                report.BenchmarkCase.Descriptor.WorkloadMethodDisplayInfo.Trim('\''),
                Table.Time(Median(report)),
                $"{Table.Number(100 * statistics.StandardDeviation / statistics.Mean)} %",
                Table.Number(Median(report) / first),
                Table.Bytes(allocated));
        }

        return $$"""
            One call each, by BenchmarkDotNet in one process: 3 rounds of warming up, {{Rounds}} that count. Times are medians, which other work on the machine
            disturbs less than means; ± is one standard deviation as a share of the mean. The ratio is to the first row, and no better than the ± of both rows.

            {{table}}
            """;
    }

    private static double Median(BenchmarkReport report) =>
        report.ResultStatistics?.Median ?? throw new InvalidOperationException($"{report.BenchmarkCase.Descriptor.WorkloadMethodDisplayInfo} was not measured");
}
