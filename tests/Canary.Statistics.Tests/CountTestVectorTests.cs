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
    public void Advance_TrajectoriesWithoutRestarts_MeetEveryVector()
    {
        // restarts belong to a later form of the test: their vectors say so themselves by their gamma
        var all = Vector.Read<Trajectory[]>("count-trajectories.json");
        var vectors = all.Where(vector => vector.Gamma is null).ToArray();

        Assert.Equal((8, 6), (all.Length, vectors.Length));
        foreach (var vector in vectors)
        {
            var settings = new CountTestSettings(NumberList.From(vector.Rho), vector.R0, vector.D0, vector.Phi);
            var state = CountTest.Start(settings);
            for (var i = 0; i < vector.Scrapes.Length; i++)
            {
                var scrape = vector.Scrapes[i];
                state = CountTest.Advance(settings, state, new(scrape.Nc, scrape.Nb, scrape.Xc, scrape.Xb));
                Vector.Near(vector.LogE[i], CountTest.LogEvidence(settings, state), what: $"{vector.Name} at {i}");
                Vector.Near(vector.P[i], state.AnytimePValue, what: $"{vector.Name} p at {i}");
            }

            Assert.Equal(vector.ScoresAtEnd!.Length, state.Scores.Count);
            for (var i = 0; i < state.Scores.Count; i++)
            {
                Vector.Near(vector.ScoresAtEnd[i], state.Scores[i], what: $"{vector.Name} score {i}");
            }
        }
    }

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
