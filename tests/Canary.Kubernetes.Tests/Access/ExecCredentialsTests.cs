using System.Text.Json.Nodes;
using Canary.Kubernetes.Access;
using Microsoft.Extensions.Time.Testing;
using Xunit;
using k8s.Exceptions;

namespace Canary.Kubernetes.Tests.Access;

public sealed class ExecCredentialsTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("canary-exec-");
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 1, 12, 0, 0, TimeSpan.Zero));

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Get_Token_IsAskedAgainWhenItExpires()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The program is a script.");
        var count = Path.Combine(_folder.FullName, "count");
        var credentials = Credentials($"echo x >> {count}; echo '{{\"status\":{{\"token\":\"'$KEY-$(wc -l < {count})'\",\"expirationTimestamp\":\"2026-01-01T12:10:00Z\"}}}}'");

        Assert.Equal("Bearer secret-1", (await credentials.GetAuthenticationHeaderAsync(Cancellation)).ToString());
        Assert.Equal("Bearer secret-1", (await credentials.GetAuthenticationHeaderAsync(Cancellation)).ToString());
        _time.Advance(TimeSpan.FromMinutes(10));

        Assert.Equal("Bearer secret-2", (await credentials.GetAuthenticationHeaderAsync(Cancellation)).ToString());
    }

    [Theory]
    [InlineData("exit 3", "ended with 3")]
    [InlineData("echo no", "wrote no JSON")]
    [InlineData("echo '{}'", "neither a token nor a certificate")]
    public async Task Get_ProgramThatGivesNone_IsNamed(string script, string expected)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The program is a script.");

        var wrong = await Assert.ThrowsAsync<KubeConfigException>(() => Credentials(script).GetAsync(Cancellation));

        Assert.Contains(expected, wrong.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Get_ProgramThatIsNotThere_ShowsTheHint()
    {
        var exec = new JsonObject { ["command"] = "canary-no-such-program", ["installHint"] = "install it from somewhere" };

        var wrong = await Assert.ThrowsAsync<KubeConfigException>(() => new ExecCredentials(exec, _folder.FullName, _time).GetAsync(Cancellation));

        Assert.Contains("install it from somewhere", wrong.Message, StringComparison.Ordinal);
    }

    private ExecCredentials Credentials(string script) => new(
        new JsonObject
        {
            ["command"] = "sh",
            ["args"] = new JsonArray("-c", script),
            ["env"] = new JsonArray(new JsonObject { ["name"] = "KEY", ["value"] = "secret" }),
        },
        _folder.FullName,
        _time);
}
