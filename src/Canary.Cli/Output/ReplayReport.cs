using Canary.Core;
using Canary.Core.Analysis;

namespace Canary.Cli.Output;

/// <summary>All that a replay found.</summary>
/// <param name="Name">What it is called in headings.</param>
/// <param name="Notes">What a reader should know of the file.</param>
/// <param name="Trajectory">What the chosen settings make of it.</param>
/// <param name="Variants">What others would, those of the file first.</param>
internal sealed record ReplayReport(string Name, ValueList<string> Notes, Trajectory Trajectory, ValueList<NamedTrajectory> Variants);

/// <summary>What some settings make of the measurements.</summary>
/// <param name="Name">The settings, in the words of a manifest.</param>
/// <param name="Trajectory">What they make of them.</param>
internal sealed record NamedTrajectory(string Name, Trajectory Trajectory);
