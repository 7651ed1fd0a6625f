namespace Canary.Scenarios.Crash;

/// <summary>What a new image goes through, from the taking over of the Deployment on.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Image">The new image.</param>
/// <param name="Errors">The share of its requests that fail.</param>
/// <param name="Phase">The phase in which it ends.</param>
/// <param name="Weights">The candidate's weights, one after the other.</param>
internal sealed record Story(string Name, string Image, double Errors, string Phase, params int[] Weights)
{
    /// <summary>Whether the candidate is compared with a fresh baseline.</summary>
    public bool Fresh { get; init; }

    public static readonly Story Promotion = new("promotion", "shop/checkout:v2", 0.01, "Healthy", 0, 5, 50, 100, 0);

    public static readonly Story Rollback = new("rollback", "shop/checkout:v3", 0.25, "Degraded", 0, 5, 0);

    public static readonly Story FreshPromotion = Promotion with { Name = "fresh-promotion", Fresh = true };

    public static readonly Story FreshRollback = Rollback with { Name = "fresh-rollback", Fresh = true };
}
