using Canary.Core.Traffic;

namespace Canary.Core.Analysis;

/// <summary>Keeps what was read, block by block, in bounded size.</summary>
internal static class Blocks
{
    /// <summary>How much of the past says what traffic there is now.</summary>
    private static readonly TimeSpan Recent = TimeSpan.FromMinutes(2);

    /// <summary>Requests and errors, or a level and its readings.</summary>
    private const int FewNumbers = 2;

    /// <summary>Adds a block; when there are too many, two neighbours become one: of those under one weight the shortest together, older ones first.</summary>
    public static ValueList<BlockRecord> Add(ValueList<BlockRecord> blocks, BlockRecord next)
    {
        // what only taught what is usual is one block: nothing of it is ever looked at in turn
        if (!next.Exposed && blocks.Count == 1 && !blocks[0].Exposed && Fit(blocks[0], next))
        {
            return [Merged(blocks[0], next)];
        }

        if (blocks.Count < (next.Stable.Count > FewNumbers ? BlockRecord.MostOfHistogram : BlockRecord.Most))
        {
            return [.. blocks, next];
        }

        var best = -1;
        for (var i = 0; i + 1 < blocks.Count; i++)
        {
            if (Mergeable(blocks[i], blocks[i + 1]) && (best < 0 || Length(blocks, i) < Length(blocks, best)))
            {
                best = i;
            }
        }

        return best < 0
            ? [.. blocks.Skip(1), next]
            : [.. blocks.Take(best), Merged(blocks[best], blocks[best + 1]), .. blocks.Skip(best + 2), next];
    }

    /// <summary>Blocks that were evidence within the last minutes, under the present weight.</summary>
    public static IEnumerable<BlockRecord> Present(MetricState state)
    {
        if (state.Blocks is not [.., var last])
        {
            yield break;
        }

        for (var i = state.Blocks.Count - 1; i >= 0; i--)
        {
            var block = state.Blocks[i];
            if (block.Weight != last.Weight || block.Exposed != last.Exposed || last.At - block.At > Recent)
            {
                yield break;
            }

            yield return block;
        }
    }

    private static double Length(ValueList<BlockRecord> blocks, int first) => blocks[first].Seconds + blocks[first + 1].Seconds;

    private static bool Mergeable(BlockRecord first, BlockRecord second) => first.Weight == second.Weight && first.Exposed == second.Exposed && Fit(first, second);

    private static bool Fit(BlockRecord first, BlockRecord second) => first.Stable.Count == second.Stable.Count && first.Candidate.Count == second.Candidate.Count;

    private static BlockRecord Merged(BlockRecord first, BlockRecord second) => second with
    {
        Seconds = first.Seconds + second.Seconds,
        Stable = Sum(first.Stable, second.Stable),
        Candidate = Sum(first.Candidate, second.Candidate),
    };

    private static ValueList<double> Sum(ValueList<double> first, ValueList<double> second) => first.Select((value, i) => value + second[i]).ToValueList();
}
