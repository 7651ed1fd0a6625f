namespace Canary.Statistics.Tests;

/// <summary>Every outcome of a small experiment, with its chance.</summary>
internal static class Enumeration
{
    public static IEnumerable<(CountBlock Block, double Chance)> Blocks(int candidates, int baselines, double candidate, double baseline)
    {
        for (var i = 0; i <= candidates; i++)
        {
            for (var j = 0; j <= baselines; j++)
            {
                yield return (new(candidates, baselines, i, j), Binomial(candidates, i, candidate) * Binomial(baselines, j, baseline));
            }
        }
    }

    public static double Binomial(int trials, int successes, double chance) =>
        Choose(trials, successes) * Math.Pow(chance, successes) * Math.Pow(1 - chance, trials - successes);

    public static double Choose(int all, int some)
    {
        var product = 1.0;
        for (var i = 0; i < some; i++)
        {
            product = product * (all - i) / (i + 1);
        }

        return product;
    }
}
