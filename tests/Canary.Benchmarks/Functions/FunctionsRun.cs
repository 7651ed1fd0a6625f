using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Canary.Benchmarks.Report;

namespace Canary.Benchmarks.Functions;

/// <summary>Runs the benchmarks of functions and tells them as one table.</summary>
internal static class FunctionsRun
{
    private static readonly Type[] Kinds = [typeof(DecideBenchmarks), typeof(JudgeBenchmarks), typeof(StatisticsBenchmarks), typeof(RecordBenchmarks), typeof(ExpositionBenchmarks)];

    public static string Run()
    {
        var artifacts = Directory.CreateTempSubdirectory("canary-benchmarks-");
        try
        {
            var config = ManualConfig.CreateEmpty()
                .AddJob(Job.ShortRun.WithIterationCount(5).WithToolchain(InProcessEmitToolchain.Instance))
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
        var first = Mean(reports[0]);
        foreach (var report in reports)
        {
            var statistics = report.ResultStatistics!; // Mean has looked
            var allocated = report.GcStats.GetBytesAllocatedPerOperation(report.BenchmarkCase) ?? throw new InvalidOperationException("allocations were not measured");
            table.Add(
                report.BenchmarkCase.Descriptor.WorkloadMethodDisplayInfo.Trim('\''),
                Table.Time(Mean(report)),
                $"{Table.Number(100 * statistics.StandardDeviation / statistics.Mean)} %",
                Table.Number(Mean(report) / first),
                Table.Bytes(allocated));
        }

        return $"""
            One call each, by BenchmarkDotNet in one process: 3 rounds of warming up, 5 that count. The ratio is to the first row; ± is one standard deviation.

            {table}
            """;
    }

    private static double Mean(BenchmarkReport report) =>
        report.ResultStatistics?.Mean ?? throw new InvalidOperationException($"{report.BenchmarkCase.Descriptor.WorkloadMethodDisplayInfo} was not measured");
}
