namespace Canary.Pictures;

/// <summary>The classes that pictures are drawn with, and their colours in light and dark.</summary>
/// <remarks>Stable is blue and the candidate orange, which eyes of all kinds tell apart; nothing is told by colour alone.</remarks>
internal static class Palette
{
    /// <summary>How many lines have a colour of their own.</summary>
    public const int Lines = 6;

    public const string Css = """
        .canary{--paper:#fff;--ink:#1f2328;--quiet:#59636e;--grid:#e4e7eb;--stable:#0a62c9;--candidate:#c2540a;--bad:#c01c28;--good:#1a7f37;--l0:#c2540a;--l1:#0a62c9;--l2:#7d3fb8;--l3:#1a7f37;--l4:#8a5d00;--l5:#b02a6b}
        @media (prefers-color-scheme:dark){.canary{--paper:#0d1117;--ink:#e6edf3;--quiet:#9aa4af;--grid:#262c34;--stable:#6cb0ff;--candidate:#ffa45c;--bad:#ff7b72;--good:#56d364;--l0:#ffa45c;--l1:#6cb0ff;--l2:#d2a8ff;--l3:#56d364;--l4:#e3b341;--l5:#ff9bce}}
        .canary .paper{fill:var(--paper)}
        .canary text{font:12px system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif;fill:var(--c,var(--ink))}
        .canary .title{font-size:15px;font-weight:600}
        .canary .strong{font-weight:600}
        .canary path,.canary line{fill:none;stroke:var(--c,var(--ink));stroke-width:1}
        .canary circle,.canary rect.span{fill:var(--c,var(--ink))}
        .canary .quiet,.canary .axis,.canary .step{--c:var(--quiet)}
        .canary .grid{--c:var(--grid)}
        .canary .stable{--c:var(--stable)}.canary .candidate{--c:var(--candidate)}
        .canary .bad{--c:var(--bad)}.canary .good{--c:var(--good)}
        .canary .l0{--c:var(--l0)}.canary .l1{--c:var(--l1)}.canary .l2{--c:var(--l2)}.canary .l3{--c:var(--l3)}.canary .l4{--c:var(--l4)}.canary .l5{--c:var(--l5)}
        .canary .step{stroke-dasharray:2 3}
        .canary .bound{stroke-dasharray:6 4;stroke-width:1.5}
        .canary .decision{stroke-width:1.5}
        .canary .curve{stroke-width:2}
        .canary .combined{stroke-width:3}
        .canary .span{fill-opacity:.3}
        .canary path.region{fill:var(--c);fill-opacity:.18;stroke:none}
        """;

    /// <summary>The class of a line of its own.</summary>
    public static string Line(int index) => $"l{index % Lines}";
}
