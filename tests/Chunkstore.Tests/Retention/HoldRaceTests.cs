using BackupEngine.Chunkstore.Backends;
using BackupEngine.Chunkstore.Checkpoints;
using BackupEngine.Chunkstore.Errors;
using BackupEngine.Chunkstore.Format;
using BackupEngine.Chunkstore.Repositories;
using BackupEngine.Chunkstore.Retention;
using BackupEngine.Chunkstore.Sessions;
using Xunit;

namespace BackupEngine.Chunkstore.Tests.Retention;

/// <summary>
/// Protecting, unprotecting and deleting one backup at once, in every order of their steps on the disk.
/// </summary>
public sealed class HoldRaceTests : IDisposable
{
    private static readonly BackupId Id = BackupId.Parse("contested");

    private readonly TemporaryDirectory _directory = TemporaryDirectory.InMemory();
    private readonly List<Outcome> _outcomes = [];
    private int _worlds;
    private int _clock;

    private enum Verb
    {
        Protect,
        Unprotect,
        Delete,
    }

    private string World => _directory.Sub($"world-{_worlds}");

    private bool IsThere => File.Exists(Path.Combine(World, "manifests", Id.Value));

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("protect delete", 5)]
    [InlineData("protect delete delete", 2)]
    [InlineData("protect protect delete", 2)]
    public void What_is_protected_is_not_deleted_and_what_is_deleted_is_not_protected(string verbs, int preemptions)
    {
        var runs = Explore(verbs, isProtected: false, preemptions, order =>
        {
            var isProtected = Succeeded(Verb.Protect).Any();
            Assert.True(isProtected == IsThere, $"protected {isProtected}, there {IsThere}, order {order}");
            Assert.True(isProtected != Succeeded(Verb.Delete).Any(), $"both or none succeeded, order {order}");
            Assert.True(!isProtected || State() == HoldState.Protected, order);
        });
        Assert.True(runs > 100, $"only {runs} orders");
    }

    [Theory]
    [InlineData("unprotect delete", 5)]
    [InlineData("unprotect unprotect delete protect", 1)]
    public void Who_takes_a_protection_away_late_takes_no_newer_one_away(string verbs, int preemptions)
    {
        var runs = Explore(verbs, isProtected: true, preemptions, order =>
        {
            var unprotected = _outcomes.Where(outcome => outcome.Verb == Verb.Unprotect).Max(outcome => outcome.End);
            var isProtected = Succeeded(Verb.Protect).Any(outcome => outcome.Begin > unprotected);
            Assert.True(!isProtected || IsThere, $"protected and gone, order {order}");
            Assert.True(Succeeded(Verb.Delete).Any() != IsThere, $"deleted and there, order {order}");
        });
        Assert.True(runs > 50, $"only {runs} orders");
    }

    private IEnumerable<Outcome> Succeeded(Verb verb) =>
        _outcomes.Where(outcome => outcome.Verb == verb && outcome.Error is null);

    private HoldState State()
    {
        using var backend = new LocalDirectoryBackend(World);
        return new HoldCatalog(backend, new SortableId(TimeProvider.System)).Find(Id).State;
    }

    private int Explore(string verbs, bool isProtected, int preemptions, Action<string> check)
    {
        var interleaver = new Interleaver(preemptions);
        interleaver.Explore(
            () => Begin(verbs, isProtected),
            order =>
            {
                check(order);
                Directory.Delete(World, recursive: true);
            });
        TestContext.Current.TestOutputHelper?.WriteLine($"{verbs}: {interleaver.Runs} orders");
        return interleaver.Runs;
    }

    private IReadOnlyList<Action<Action>> Begin(string verbs, bool isProtected)
    {
        _worlds++;
        _clock = 0;
        _outcomes.Clear();
        using var backend = new LocalDirectoryBackend(World);
        backend.Initialize();
        backend.PublishSmall(new ObjectName(ObjectKind.Manifest, Id.Value), [1], new SessionId(1));
        if (isProtected)
        {
            Removal(backend).Protect(Id);
        }

        return [.. verbs.Split(' ').Select(verb => Actor(Enum.Parse<Verb>(verb, ignoreCase: true)))];
    }

    private Action<Action> Actor(Verb verb) => step =>
    {
        step();
        var begin = _clock++;
        using var backend = new LocalDirectoryBackend(World, new SteppedFileSystem(new LinuxFileSystem(), step));
        Exception? error = null;
        try
        {
            Do(verb, Removal(backend));
        }
        catch (Exception exception) when (exception is BackupNotFoundException or BackupProtectedException)
        {
            error = exception;
        }

        _outcomes.Add(new Outcome(verb, begin, _clock++, error));
    };

    private static void Do(Verb verb, BackupRemoval removal)
    {
        switch (verb)
        {
            case Verb.Protect:
                removal.Protect(Id);
                break;
            case Verb.Unprotect:
                removal.Unprotect(Id);
                break;
            default:
                removal.Delete(Id);
                break;
        }
    }

    private static BackupRemoval Removal(IRepositoryBackend backend) => new(
        new HoldCatalog(backend, new SortableId(TimeProvider.System)),
        new ManifestCatalog(backend, new ManifestFile(Guid.Empty, new byte[32])),
        new CheckpointCatalog(
            backend,
            new CheckpointFile(
                new ManifestEnvelope(Guid.Empty, new byte[32], data: null, Magic.Checkpoint.ToArray()))));

    private sealed record Outcome(Verb Verb, int Begin, int End, Exception? Error);
}
