using System.ComponentModel;
using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Nodes;
using Canary.Kubernetes.Resources;
using k8s.Authentication;
using k8s.Exceptions;

namespace Canary.Kubernetes.Access;

/// <summary>Credentials that a program gives, as cloud providers' kubeconfigs name one; asked again when they expire. Thread-safe.</summary>
/// <param name="exec">The section <c>exec</c> of the kubeconfig's user.</param>
/// <param name="folder">The kubeconfig's folder: a command with a slash in it is relative to it.</param>
/// <param name="time">The clock of expiry and patience.</param>
internal sealed class ExecCredentials(JsonNode exec, string folder, TimeProvider time) : ITokenProvider
{
    /// <summary>A program that asks a person in a browser takes a while.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private static readonly TimeSpan Early = TimeSpan.FromSeconds(10);

    private volatile Given? _given;

    /// <summary>Asks the program, unless what it gave is still good.</summary>
    /// <exception cref="KubeConfigException">It gives none.</exception>
    public async Task<Given> GetAsync(CancellationToken cancellation)
    {
        // two callers at once may both ask: the program answers both
        if (_given is not { } given || given.Expires - Early <= time.GetUtcNow())
        {
            _given = given = await AskAsync(cancellation).ConfigureAwait(false);
        }

        return given;
    }

    /// <inheritdoc />
    public async Task<AuthenticationHeaderValue> GetAuthenticationHeaderAsync(CancellationToken cancellationToken) =>
        new("Bearer", (await GetAsync(cancellationToken).ConfigureAwait(false)).Token);

    private async Task<Given> AskAsync(CancellationToken cancellation)
    {
        var command = exec.At("command").AsText() ?? throw new KubeConfigException("the kubeconfig's user has an exec section without a command");
        var version = exec.At("apiVersion").AsText() ?? "client.authentication.k8s.io/v1";
        var start = new ProcessStartInfo(command.Contains('/', StringComparison.Ordinal) && !Path.IsPathRooted(command) ? Path.Combine(folder, command) : command) { RedirectStandardOutput = true, UseShellExecute = false };
        foreach (var argument in exec.At("args") as JsonArray ?? [])
        {
            start.ArgumentList.Add(argument.AsText() ?? argument?.ToString() ?? "");
        }

        foreach (var variable in exec.At("env").AsObjects())
        {
            start.Environment[variable.At("name").AsText() ?? ""] = variable.At("value").AsText() ?? "";
        }

        start.Environment["KUBERNETES_EXEC_INFO"] = new JsonObject { ["apiVersion"] = version, ["kind"] = "ExecCredential", ["spec"] = new JsonObject { ["interactive"] = false } }.ToJsonString();
        using var limit = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
        try
        {
            using var process = Process.Start(start) ?? throw new KubeConfigException($"{command} does not start");
            try
            {
                var output = await process.StandardOutput.ReadToEndAsync(either.Token).ConfigureAwait(false);
                await process.WaitForExitAsync(either.Token).ConfigureAwait(false);
                return process.ExitCode == 0 ? Read(command, output) : throw new KubeConfigException($"{command}, which gives the credentials, ended with {process.ExitCode}");
            }
            catch (OperationCanceledException)
            {
                process.Kill(entireProcessTree: true);
                throw;
            }
        }
        catch (Win32Exception missing)
        {
            throw new KubeConfigException($"{command}, which gives the credentials, cannot be run: {missing.Message}{(exec.At("installHint").AsText() is { } hint ? $"; {hint}" : "")}");
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            throw new KubeConfigException($"{command} gave no credentials within {Patience.TotalMinutes} minutes");
        }
    }

    private static Given Read(string command, string output)
    {
        JsonNode? status;
        try
        {
            status = JsonNode.Parse(output).At("status");
        }
        catch (JsonException wrong)
        {
            throw new KubeConfigException($"{command}, which gives the credentials, wrote no JSON: {wrong.Message}");
        }

        var given = new Given(
            status.At("token").AsText(), status.At("clientCertificateData").AsText(), status.At("clientKeyData").AsText(), status.At("expirationTimestamp").AsTime() ?? DateTimeOffset.MaxValue);
        return given.Token is null && given.Certificate is null ? throw new KubeConfigException($"{command} gave neither a token nor a certificate") : given;
    }

    /// <summary>What the program gave.</summary>
    /// <param name="Token">A bearer token; null when it gave none.</param>
    /// <param name="Certificate">A client certificate as PEM; null when it gave none.</param>
    /// <param name="Key">Its key as PEM; null when it gave none.</param>
    /// <param name="Expires">Until when it is good.</param>
    internal sealed record Given(string? Token, string? Certificate, string? Key, DateTimeOffset Expires);
}
