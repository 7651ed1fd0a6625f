namespace Canary.Cli.Output;

/// <summary>How resources are written; the same words as kubectl's.</summary>
internal enum ResourceFormat
{
    /// <summary>A table or a screen for people.</summary>
    Text,

    /// <summary>As for people, with more columns.</summary>
    Wide,

    /// <summary>The whole resource.</summary>
    Json,

    /// <summary>The whole resource.</summary>
    Yaml,

    /// <summary>The names alone, a line each.</summary>
    Name,
}
