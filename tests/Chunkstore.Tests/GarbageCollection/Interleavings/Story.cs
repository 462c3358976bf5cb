using BackupEngine.Chunkstore.Collection;
using BackupEngine.Chunkstore.Errors;
using BackupEngine.Chunkstore.Manifests;
using BackupEngine.Chunkstore.Repositories;
using BackupEngine.Chunkstore.Tests.GarbageCollection.Interleavings.Breaking;
using Xunit;

namespace BackupEngine.Chunkstore.Tests.GarbageCollection.Interleavings;

/// <summary>
/// Who works in one repository at the same time, and what was in it before. Participants may end with the store's own
/// errors, never with others, and never with wrong bytes.
/// </summary>
internal sealed class Story
{
    private readonly World _beginning = World.Create();
    private readonly List<(string Name, Func<Participant, World, Task> Work)> _parts = [];
    private readonly HashSet<string> _mortals = new(StringComparer.Ordinal);
    private readonly HashSet<string> _slow = new(StringComparer.Ordinal);
    private readonly Dictionary<string, BrokenRule> _broken = new(StringComparer.Ordinal);

    /// <summary>Something that was done before.</summary>
    public Story Before(Func<Repository, Task> work)
    {
        using var repository = _beginning.Open(participant: null);
        work(repository).GetAwaiter().GetResult();
        return this;
    }

    /// <summary>A backup that was made before.</summary>
    public Story Before(string backup, string word) => Before(repository =>
    {
        _beginning.Contents[backup] = word;
        return BackUpAsync(repository, backup, word, parent: null);
    });

    /// <summary>Says what a backup has to restore to, should it be there at the end.</summary>
    public Story Expect(string backup, string word)
    {
        _beginning.Contents[backup] = word;
        return this;
    }

    /// <summary>A backup whose chunks are there, and nothing refers to them any more.</summary>
    public Story Garbage(string word) => Before("garbage", word).Deleted("garbage");

    /// <summary>A backup that was deleted before.</summary>
    public Story Deleted(string backup) => Before(repository =>
    {
        repository.DeleteBackup(BackupId.Parse(backup));
        return Task.CompletedTask;
    });

    /// <summary>A backup whose packs hold much that nothing refers to any more.</summary>
    public Story Sparse(string garbage, string word) => Garbage(garbage).Before("sparse", word);

    /// <summary>
    /// A backup on top of another one, which it deletes in the middle: as soon as it has begun it needs it no more.
    /// </summary>
    public Story Successor(string backup, string word, string parent)
    {
        _beginning.Contents[backup] = word;
        return Part($"writer {backup}", async (participant, world) =>
        {
            using var repository = world.Open(participant);
            var id = BackupId.Parse(parent);
            for (var tries = 0; repository.ListManifests().All(manifest => manifest.BackupId != id); tries++)
            {
                if (tries == 10)
                {
                    return;
                }

                participant.Yield("wait for its parent");
            }

            var manifest = repository.GetManifest(id);
            await using var writer = repository.BeginBackup(Letters.Options(backup, word, manifest));
            repository.DeleteBackup(id);
            await Letters.BackUpAsync(repository, writer, word);
        });
    }

    public Story Writer(string backup, string word, string? parent = null)
    {
        _beginning.Contents[backup] = word;
        return Part($"writer {backup}", async (participant, world) =>
        {
            using var repository = world.Open(participant);
            var manifest = parent is null ? null : repository.GetManifest(BackupId.Parse(parent));
            await BackUpAsync(repository, backup, word, manifest);
        });
    }

    /// <summary>A backup whose writer rests between what it does: others may come in without preempting it.</summary>
    public Story SlowWriter(string backup, string word)
    {
        _beginning.Contents[backup] = word;
        return Part($"writer {backup}", async (participant, world) =>
        {
            using var repository = world.Open(participant);
            await using var writer = repository.BeginBackup(Letters.Options(backup, word, parent: null));
            await Letters.BackUpAsync(repository, writer, word, () => participant.Yield("rest"));
        });
    }

    /// <summary>
    /// A collector, or one that collects several times. One that waits long ends whoever does not answer.
    /// </summary>
    public Story Collector(string name = "collector", int times = 1, int fenceAfterSeconds = 1) =>
        Part(name, async (participant, world) =>
        {
            using var repository = world.Open(participant);
            var options = new CollectOptions { FenceAfter = TimeSpan.FromSeconds(fenceAfterSeconds) };
            for (var time = 0; time < times; time++)
            {
                await repository.CollectAsync(options, progress: null, CancellationToken.None);
            }
        });

    public Story Deletion(string backup) => Part($"delete {backup}", (participant, world) =>
    {
        using var repository = world.Open(participant);
        repository.DeleteBackup(BackupId.Parse(backup));
        return Task.CompletedTask;
    });

    public Story Reader(string backup) => Part($"reader {backup}", async (participant, world) =>
    {
        using var repository = world.Open(participant);
        var manifest = repository.GetManifest(BackupId.Parse(backup));
        using var session = repository.BeginRead(manifest);
        await FinishAsync(participant, async () =>
            Assert.Equal(world.Contents[backup], await Letters.RestoreAsync(repository, manifest)));
    });

    /// <summary>Somebody whose process may die at any call.</summary>
    public Story Mortal(string name)
    {
        _mortals.Add(name);
        return this;
    }

    /// <summary>Somebody who lists sessions while others work.</summary>
    public Story ListsSlowly(string name)
    {
        _slow.Add(name);
        return this;
    }

    /// <summary>Somebody who does not keep a rule.</summary>
    public Story Breaks(string name, BrokenRule rule)
    {
        _broken[name] = rule;
        return this;
    }

    public Story Part(string name, Func<Participant, World, Task> work)
    {
        _parts.Add((name, work));
        return this;
    }

    /// <summary>A new world, and those who are about to work in it.</summary>
    /// <param name="death">Says at which call of its own a mortal one dies; 0 = it lives.</param>
    public (World World, IReadOnlyList<Participant> Participants) Begin(Func<int> death)
    {
        var world = _beginning.Copy();
        var participants = new List<Participant>();
        foreach (var (name, work) in _parts)
        {
            var diesAt = _mortals.Contains(name) ? death() : 0;
            participants.Add(new Participant(name, self => RunAsync(self, world, work))
            {
                DiesAtCall = diesAt,
                ListsSlowly = _slow.Contains(name),
                Broken = _broken.GetValueOrDefault(name),
            });
        }

        return (world, participants);
    }

    private static async Task RunAsync(Participant self, World world, Func<Participant, World, Task> work)
    {
        var outcome = "done";
        try
        {
            await work(self, world);
        }
        catch (Exception exception) when (exception is RepositoryException or ProcessDiedException)
        {
            outcome = exception.GetType().Name;
        }

        world.Outcomes.Enqueue($"{self.Name}: {(self.IsDead ? "dead" : outcome)}");
    }

    /// <summary>What has a session is finished, whoever deletes and collects meanwhile.</summary>
    private static async Task FinishAsync(Participant self, Func<Task> work)
    {
        try
        {
            await work();
        }
        catch (RepositoryException exception) when (!self.IsDead)
        {
            throw new InvalidOperationException("What a session should have kept is gone.", exception);
        }
    }

    private static async Task BackUpAsync(Repository repository, string backup, string word, Manifest? parent)
    {
        await using var writer = repository.BeginBackup(Letters.Options(backup, word, parent));
        await Letters.BackUpAsync(repository, writer, word);
    }
}
