using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Canary.Controller.Hosting;

/// <summary>How the process speaks to the outside; section <c>Controller</c>.</summary>
public sealed class ControllerOptions
{
    /// <summary>How logs are written. JSON unless the output is a terminal.</summary>
    public LogFormat LogFormat { get; set; } = Console.IsOutputRedirected ? LogFormat.Json : LogFormat.Console;

    /// <summary>The least level that is logged: Verbose, Debug, Information, Warning, Error or Fatal. Default Information.</summary>
    [Required]
    [RegularExpression("^(Verbose|Debug|Information|Warning|Error|Fatal)$", ErrorMessage = "Controller:LogLevel is no level; write Verbose, Debug, Information, Warning, Error or Fatal")]
    public string LogLevel { get; set; } = "Information";

    /// <summary>Where <c>/healthz</c>, <c>/readyz</c> and <c>/metrics</c> are served. Default <c>http://0.0.0.0:8080</c>.</summary>
    [Required]
    [RegularExpression("^http://[^/]+$", ErrorMessage = "Controller:Listen is no address, such as http://0.0.0.0:8080")]
    public string Listen { get; set; } = "http://0.0.0.0:8080";

    /// <summary>How long the process may take to stop. 1 s to 5 min; 20 seconds by default, more than the engine's own.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:05:00")]
    public TimeSpan ShutdownTimeout { get; set; } = TimeSpan.FromSeconds(20);
}

/// <summary>How logs are written.</summary>
public enum LogFormat
{
    /// <summary>One JSON object a line.</summary>
    Json,

    /// <summary>For people.</summary>
    Console,
}

/// <summary>Checks <see cref="ControllerOptions"/> when the process starts.</summary>
[OptionsValidator]
public sealed partial class ControllerOptionsValidator : IValidateOptions<ControllerOptions>;
