using System.Text;
using System.Text.Json.Nodes;
using Canary.Engine.Ports;
using Canary.Kubernetes.Notifying;
using Canary.Kubernetes.Tests.Store;
using Canary.Kubernetes.Tests.Traffic;
using Xunit;

namespace Canary.Kubernetes.Tests.Notifying;

public sealed class ReceiverDirectoryTests
{
    private const string Slack = """
        apiVersion: canary.dev/v1alpha1
        kind: NotificationReceiver
        metadata: {name: oncall, namespace: shop}
        spec:
          slack: {channel: "#deploys", token: {key: token}, buttons: true}
          links: [{title: Grafana, url: "https://grafana.example.com/{name}"}]
        """;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Find_ReceiverWithItsSecret_IsReadByNameAlone()
    {
        await using var shop = new ShopHarness();
        var asked = Listen(shop);
        shop.Cluster.Put("notificationreceivers", MeshYaml.One(Slack));
        PutSecret(shop, "shop", "canary-notifications", "token", " xoxb-1\n");

        var receiver = Assert.IsType<ReceiverLookup.Found>(await Directory(shop).FindAsync(ShopHarness.Key, "oncall", Cancellation)).Receiver;

        Assert.Equal((ReceiverKind.Slack, "xoxb-1", "#deploys", true), (receiver.Kind, receiver.Key, receiver.Channel, receiver.Buttons));
        Assert.Equal([new LinkTemplate("Grafana", "https://grafana.example.com/{name}")], receiver.Links);
        Assert.Equal(["GET notificationreceivers/oncall", "GET secrets/canary-notifications"], asked);
    }

    [Fact]
    public async Task Find_Again_IsRememberedForAWhileAndThenReadAnew()
    {
        await using var shop = new ShopHarness();
        shop.Cluster.Put("notificationreceivers", MeshYaml.One(Slack));
        PutSecret(shop, "shop", "canary-notifications", "token", "old");
        var directory = Directory(shop);
        await directory.FindAsync(ShopHarness.Key, "oncall", Cancellation);
        PutSecret(shop, "shop", "canary-notifications", "token", "new");
        var asked = Listen(shop);

        Assert.Equal("old", Assert.IsType<ReceiverLookup.Found>(await directory.FindAsync(ShopHarness.Key, "oncall", Cancellation)).Receiver.Key);
        Assert.Empty(asked);
        shop.Time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal("new", Assert.IsType<ReceiverLookup.Found>(await directory.FindAsync(ShopHarness.Key, "oncall", Cancellation)).Receiver.Key);
    }

    [Fact]
    public async Task Find_ReceiverOfTheCluster_HasItsSecretInTheEnginesNamespace()
    {
        await using var shop = new ShopHarness();
        shop.Cluster.Put("clusternotificationreceivers", MeshYaml.One("""
            apiVersion: canary.dev/v1alpha1
            kind: ClusterNotificationReceiver
            metadata: {name: pager}
            spec: {pagerDuty: {routingKey: {name: pd, key: key}}}
            """));
        PutSecret(shop, "shop", "pd", "key", "wrong");
        PutSecret(shop, "canary-system", "pd", "key", "right");

        Assert.Equal("right", Assert.IsType<ReceiverLookup.Found>(await Directory(shop).FindAsync(ShopHarness.Key, "cluster/pager", Cancellation)).Receiver.Key);
    }

    [Fact]
    public async Task Find_NothingThere_SaysWhatIsMissing()
    {
        await using var shop = new ShopHarness();

        Assert.Equal("there is no NotificationReceiver oncall in namespace shop; create it, or correct the name", await MissingAsync(shop));
        shop.Cluster.Put("notificationreceivers", MeshYaml.One(Slack));
        Assert.Equal("NotificationReceiver oncall in namespace shop: there is no Secret canary-notifications in namespace shop", await MissingAsync(shop));
        PutSecret(shop, "shop", "canary-notifications", "other", "x");
        Assert.Equal("NotificationReceiver oncall in namespace shop: Secret canary-notifications in namespace shop has no key token", await MissingAsync(shop));
    }

    [Fact]
    public async Task Find_AddressIsNoUrl_SaysSoWithoutTheSecret()
    {
        await using var shop = new ShopHarness();
        shop.Cluster.Put("notificationreceivers", MeshYaml.One("""
            apiVersion: canary.dev/v1alpha1
            kind: NotificationReceiver
            metadata: {name: oncall, namespace: shop}
            spec: {discord: {webhook: {key: url}}}
            """));
        PutSecret(shop, "shop", "canary-notifications", "url", "hunter2");

        Assert.Equal("NotificationReceiver oncall in namespace shop: the key url of Secret canary-notifications holds no URL", await MissingAsync(shop));
    }

    [Theory]
    [InlineData("{}", "says not what the receiver is")]
    [InlineData("{slack: {channel: a}}", "needs either token")]
    [InlineData("{slack: {token: {key: a}, webhook: {key: b}}}", "needs either token")]
    [InlineData("{teams: {webhook: {key: a}}, discord: {webhook: {key: b}}}", "is a second kind")]
    [InlineData("{webhook: {}}", "needs url")]
    [InlineData("{webhook: {url: nowhere}}", "is an https URL")]
    [InlineData("{teams: {}}", "spec.teams.webhook")]
    [InlineData("{slak: {}}", "did you mean slack")]
    public async Task Find_WrongReceiver_SaysWhatToWrite(string spec, string words)
    {
        await using var shop = new ShopHarness();
        shop.Cluster.Put("notificationreceivers", MeshYaml.One($"{{apiVersion: canary.dev/v1alpha1, kind: NotificationReceiver, metadata: {{name: oncall, namespace: shop}}, spec: {spec}}}"));

        Assert.Contains(words, await MissingAsync(shop), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Find_MayNotReadTheSecret_SaysWhy()
    {
        await using var shop = new ShopHarness();
        shop.Cluster.Put("notificationreceivers", MeshYaml.One(Slack));
        shop.Cluster.Fail("GET secrets/canary-notifications", 403, "Forbidden", "secrets \"canary-notifications\" is forbidden: User \"system:serviceaccount:canary-system:canary\" cannot get resource \"secrets\" in API group \"\" in the namespace \"shop\"");

        Assert.Contains("secrets", await MissingAsync(shop), StringComparison.Ordinal);
    }

    private static async Task<string> MissingAsync(ShopHarness shop) =>
        Assert.IsType<ReceiverLookup.Missing>(await Directory(shop).FindAsync(ShopHarness.Key, "oncall", Cancellation)).Why;

    private static ReceiverDirectory Directory(ShopHarness shop) => new(shop.Api, "canary-system", shop.Time);

    private static List<string> Listen(ShopHarness shop)
    {
        var asked = new List<string>();
        shop.Cluster.Before = asked.Add;
        return asked;
    }

    private static void PutSecret(ShopHarness shop, string ns, string name, string key, string value) => shop.Cluster.Put("secrets", new JsonObject
    {
        ["apiVersion"] = "v1",
        ["kind"] = "Secret",
        ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = ns },
        ["data"] = new JsonObject { [key] = Convert.ToBase64String(Encoding.UTF8.GetBytes(value)) },
    });
}
