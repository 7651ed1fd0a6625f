using System.Text.Json.Nodes;
using Canary.Kubernetes.Watching;
using CsCheck;
using Xunit;
using static Canary.Kubernetes.Tests.Api.ApiHarness;

namespace Canary.Kubernetes.Tests.Watching;

/// <summary>Whatever order our own writes, their events, repeats of events and lists arrive in, the cache ends where the cluster is, and its news add up to it.</summary>
public sealed class CacheStoreProperties
{
    private enum Act
    {
        Write,
        OwnWrite,
        Delete,
        Recreate,
        Tell,
        TellAgain,
        AnswerOwnWrite,
        List,
    }

    [Fact]
    public void EveryInterleaving_EndsLikeTheClusterAndNewsAddUp() =>
        Gen.Select(Gen.Enum<Act>(), Gen.Int[0, 3]).Array[0, 60].Sample(acts =>
        {
            var store = new CacheStore((_, _, _) => { });
            var news = new Dictionary<string, string>();
            var cluster = new Dictionary<string, JsonObject>();
            var events = new List<(bool Deleted, JsonObject Object)>();
            var answers = new Queue<JsonObject>();
            var version = 10;
            var told = 0;

            void Deliver() => store.Deliver(change =>
            {
                Assert.Equal(change.Kind == CacheChangeKind.Added, !news.ContainsKey(change.Name));
                if (change.Kind == CacheChangeKind.Deleted)
                {
                    news.Remove(change.Name);
                }
                else
                {
                    news[change.Name] = CacheHarness.Version(change.Object);
                }
            });

            void Tell(int index)
            {
                var (deleted, read) = events[index];
                if (deleted)
                {
                    store.TakeDeletion(read);
                }
                else
                {
                    store.Take(read);
                }
            }

            void List()
            {
                store.Replace([.. cluster.Values], $"{version}", store.Mark());
                told = events.Count;
            }

            List();
            foreach (var (act, number) in acts)
            {
                var name = $"o{number}";
                switch (act)
                {
                    case Act.Write or Act.OwnWrite or Act.Recreate:
                        var uid = act == Act.Recreate || !cluster.TryGetValue(name, out var present) ? $"u{version}" : (string)present["metadata"]!["uid"]!;
                        if (act == Act.Recreate && cluster.Remove(name))
                        {
                            events.Add((true, CacheHarness.Parsed(Deployment(name, ++version))));
                        }

                        cluster[name] = CacheHarness.Parsed(Deployment(name, ++version, uid: uid));
                        events.Add((false, cluster[name]));
                        if (act == Act.OwnWrite)
                        {
                            answers.Enqueue(cluster[name]);
                        }

                        break;
                    case Act.Delete when cluster.Remove(name):
                        events.Add((true, CacheHarness.Parsed(Deployment(name, ++version))));
                        break;
                    case Act.Tell when told < events.Count:
                        Tell(told++);
                        break;
                    case Act.TellAgain when told > 0:
                        Tell(Math.Max(0, told - 1 - number));
                        break;
                    case Act.AnswerOwnWrite when answers.TryDequeue(out var answer):
                        store.Offer(answer, mayAdd: true);
                        break;
                    case Act.List:
                        List();
                        break;
                    default:
                        break;
                }

                Deliver();
            }

            while (answers.TryDequeue(out var answer))
            {
                store.Offer(answer, mayAdd: true);
            }

            while (told < events.Count)
            {
                Tell(told++);
            }

            Deliver();
            var expected = cluster.ToDictionary(pair => pair.Key, pair => CacheHarness.Version(pair.Value));
            Assert.Equal(expected, store.List().ToDictionary(read => (string)read["metadata"]!["name"]!, CacheHarness.Version));
            Assert.Equal(expected, news);
        });
}
