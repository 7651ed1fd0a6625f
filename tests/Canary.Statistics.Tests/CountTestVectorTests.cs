using System.Text.Json;

namespace Canary.Statistics.Tests;

public sealed class CountTestVectorTests
{
    private sealed record Single(double Nc, double Nb, double Xc, double Xb, double Rho, double R0, double D0, double LogE);

    private sealed record Scrape(double Nc, double Nb, double Xc, double Xb);

    private sealed record Trajectory(
        string Name,
        double R0,
        double D0,
        double Phi,
        double[] Rho,
        double[] Weights,
        double[]? Gamma,
        Scrape[] Scrapes,
        double[] LogE,
        double[] P,
        [property: System.Text.Json.Serialization.JsonPropertyName("logE_per_rho_final")] double[]? ScoresAtEnd);

    [Fact]
    public void Advance_OneBlockOneAlternative_MeetsEveryVector()
    {
        var vectors = Vector.Read<Single[]>("count-single.json");

        Assert.Equal(86, vectors.Length);
        foreach (var vector in vectors)
        {
            var settings = new CountTestSettings([vector.Rho], vector.R0, vector.D0, 1);
            var state = CountTest.Advance(settings, CountTest.Start(settings), new(vector.Nc, vector.Nb, vector.Xc, vector.Xb));
            Vector.Near(vector.LogE, CountTest.LogEvidence(settings, state), what: vector.ToString());
        }
    }

    [Fact]
    public void Advance_Trajectories_MeetEveryVector()
    {
        var vectors = Vector.Read<Trajectory[]>("count-trajectories.json");

        Assert.Equal((8, 2), (vectors.Length, vectors.Count(vector => vector.Gamma is not null)));
        foreach (var vector in vectors)
        {
            var settings = SettingsOf(vector);
            var state = Start(vector, settings);
            for (var i = 0; i < vector.Scrapes.Length; i++)
            {
                state = CountTest.Advance(settings, Restarted(vector, settings, state, i), BlockOf(vector.Scrapes[i]));
                Vector.Near(vector.LogE[i], CountTest.LogEvidence(settings, state), what: $"{vector.Name} at {i}");
                Vector.Near(vector.P[i], state.AnytimePValue, what: $"{vector.Name} p at {i}");
            }

            for (var i = 0; i < (vector.ScoresAtEnd?.Length ?? 0); i++)
            {
                Vector.Near(vector.ScoresAtEnd![i], state.Scores[i], what: $"{vector.Name} score {i}");
            }
        }
    }

    [Fact]
    public void Advance_TrajectoriesInSplitBlocksStoredAndRestoredInBetween_MeetEveryVector()
    {
        var random = new Random(20261125);
        foreach (var vector in Vector.Read<Trajectory[]>("count-trajectories.json"))
        {
            var settings = SettingsOf(vector);
            var state = Start(vector, settings);
            for (var i = 0; i < vector.Scrapes.Length; i++)
            {
                state = Restarted(vector, settings, state, i);
                var parts = random.Next(1, 4);
                var scrape = vector.Scrapes[i];
                for (var part = 0; part < parts; part++)
                {
                    state = CountTest.Advance(settings, state, new(scrape.Nc / parts, scrape.Nb / parts, scrape.Xc / parts, scrape.Xb / parts));
                    if (random.Next(3) == 0)
                    {
                        var restored = CountTestState.FromNumbers(JsonSerializer.Deserialize<double[]>(JsonSerializer.Serialize(state.ToNumbers()))!);
                        Assert.Equal(state, restored);
                        state = restored;
                    }
                }

                Vector.Near(vector.LogE[i], CountTest.LogEvidence(settings, state), what: $"{vector.Name} at {i}");
            }
        }
    }

    [Fact]
    public void Advance_TrajectoriesInRandomOrder_EndWhereEveryVectorEnds()
    {
        var random = new Random(20261125);
        foreach (var vector in Vector.Read<Trajectory[]>("count-trajectories.json").Where(vector => vector.Gamma is null))
        {
            random.Shuffle(vector.Scrapes);
            var settings = SettingsOf(vector);

            var state = vector.Scrapes.Aggregate(CountTest.Start(settings), (current, scrape) => CountTest.Advance(settings, current, BlockOf(scrape)));

            Vector.Near(vector.LogE[^1], CountTest.LogEvidence(settings, state), what: vector.Name);
        }
    }

    [Fact]
    public void Of_TrajectoriesInRandomOrderSplitAndRestored_MeetsEveryVector()
    {
        var trajectories = Vector.Read<Trajectory[]>("count-trajectories.json").ToDictionary(vector => vector.Name);
        var random = new Random(20261125);
        foreach (var vector in Vector.Read<JsonElement[]>("rate-ratio.json"))
        {
            var scrapes = trajectories[vector.GetProperty("trajectory").GetString()!].Scrapes;
            random.Shuffle(scrapes);
            var history = RatioHistory.Empty;
            foreach (var scrape in scrapes)
            {
                // halves with the same exposure, each with its own errors
                var (candidate, baseline) = (Math.Floor(scrape.Xc * random.NextDouble() / 2), Math.Floor(scrape.Xb * random.NextDouble() / 2));
                history = history.Add(new(scrape.Nc / 2, scrape.Nb / 2, candidate, baseline)).Add(new(scrape.Nc / 2, scrape.Nb / 2, scrape.Xc - candidate, scrape.Xb - baseline));
                history = random.Next(3) == 0 ? RatioHistory.FromNumbers(JsonSerializer.Deserialize<double[]>(JsonSerializer.Serialize(history.ToNumbers()))!) : history;
            }

            var estimate = RatioEstimate.Of(history, vector.GetProperty("alpha").GetDouble());

            Vector.Near(vector.GetProperty("mle").GetDouble(), estimate.Ratio!.Value, what: "estimate");
            Vector.Near(vector.GetProperty("lower").GetDouble(), estimate.Lower, what: "lower");
            Vector.Near(vector.GetProperty("upper").GetDouble(), estimate.Upper, what: "upper");
        }
    }

    [Fact]
    public void Of_TrajectoriesWhoseWeightMovesALittle_StaysByEveryVectorInBoundedSize()
    {
        // a hundred parts of every scrape, exposed a little differently: thousands of odds, of which 64 groups are kept
        var trajectories = Vector.Read<Trajectory[]>("count-trajectories.json").ToDictionary(vector => vector.Name);
        foreach (var vector in Vector.Read<JsonElement[]>("rate-ratio.json"))
        {
            var random = new Random(7);
            var history = RatioHistory.Empty;
            foreach (var scrape in trajectories[vector.GetProperty("trajectory").GetString()!].Scrapes.Where(scrape => scrape.Nc > 0 && scrape.Nb > 0))
            {
                for (var part = 0; part < 100; part++)
                {
                    history = history.Add(new(scrape.Nc / 100 * (1 + 1e-6 * random.NextDouble()), scrape.Nb / 100, scrape.Xc / 100, scrape.Xb / 100));
                }
            }

            var estimate = RatioEstimate.Of(history, vector.GetProperty("alpha").GetDouble());

            Assert.True(history.MergeError > 0);
            Assert.InRange(history.LogOdds.Count, 1, RatioHistory.LargestGroups);
            Assert.Equal(vector.GetProperty("mle").GetDouble(), estimate.Ratio!.Value, 1e-3);
            Assert.InRange(estimate.Lower, vector.GetProperty("lower").GetDouble() - 0.02, vector.GetProperty("lower").GetDouble() + 1e-6);
            Assert.InRange(estimate.Upper, vector.GetProperty("upper").GetDouble() - 1e-5, vector.GetProperty("upper").GetDouble() + 0.04);
        }
    }

    private static CountTestSettings SettingsOf(Trajectory vector) => new(NumberList.From(vector.Rho), vector.R0, vector.D0, vector.Phi);

    private static CountBlock BlockOf(Scrape scrape) => new(scrape.Nc, scrape.Nb, scrape.Xc, scrape.Xb);

    private static CountTestState Start(Trajectory vector, CountTestSettings settings) => CountTest.Start(settings, vector.Gamma?[0] ?? 1);

    private static CountTestState Restarted(Trajectory vector, CountTestSettings settings, CountTestState state, int at) =>
        at > 0 && vector.Gamma?[at] > 0 ? CountTest.Restart(settings, state, vector.Gamma[at]) : state;

    [Fact]
    public void Of_Trajectories_MeetsEveryVector()
    {
        var trajectories = Vector.Read<Trajectory[]>("count-trajectories.json").ToDictionary(vector => vector.Name);
        var vectors = Vector.Read<JsonElement[]>("rate-ratio.json");

        Assert.Equal(2, vectors.Length);
        foreach (var vector in vectors)
        {
            var history = RatioHistory.Empty;
            foreach (var scrape in trajectories[vector.GetProperty("trajectory").GetString()!].Scrapes)
            {
                history = history.Add(new(scrape.Nc, scrape.Nb, scrape.Xc, scrape.Xb));
            }

            var estimate = RatioEstimate.Of(history, vector.GetProperty("alpha").GetDouble());

            Assert.Equal(0, history.MergeError);
            Vector.Near(vector.GetProperty("mle").GetDouble(), estimate.Ratio!.Value, what: "estimate");
            Vector.Near(vector.GetProperty("lower").GetDouble(), estimate.Lower, what: "lower");
            Vector.Near(vector.GetProperty("upper").GetDouble(), estimate.Upper, what: "upper");
        }
    }
}
