using BackupEngine.Chunkstore.Backends;
using BackupEngine.Chunkstore.Collection;
using BackupEngine.Chunkstore.Encryption;
using BackupEngine.Chunkstore.Errors;
using BackupEngine.Chunkstore.Manifests;
using BackupEngine.Chunkstore.Repositories;
using BackupEngine.Chunkstore.Retention;
using BackupEngine.Chunkstore.Sessions;
using BackupEngine.Chunkstore.Tests.Backends;
using BackupEngine.Chunkstore.Tests.Repositories;
using BackupEngine.Chunkstore.Verification;
using Xunit;

namespace BackupEngine.Chunkstore.Tests.Histories;

/// <summary>One history: a volume, a repository, and what every backup in it must hold.</summary>
internal sealed class History : IDisposable
{
    private const int ChunkSize = 4096;
    private const int MostBackups = 12;

    /// <summary>How often each step comes, of the sum.</summary>
    private static readonly (HistoryStep Step, int Weight)[] Weights =
    [
        (HistoryStep.Write, 30), (HistoryStep.Trim, 6), (HistoryStep.Resize, 2), (HistoryStep.Snapshot, 4),
        (HistoryStep.Revert, 1), (HistoryStep.Full, 6), (HistoryStep.Incremental, 8), (HistoryStep.ChangedOnly, 12),
        (HistoryStep.Delete, 8), (HistoryStep.Protect, 1), (HistoryStep.Prune, 2), (HistoryStep.Verify, 2),
        (HistoryStep.RebuildIndex, 1), (HistoryStep.Collect, 4), (HistoryStep.Crash, 6), (HistoryStep.Restore, 8),
        (HistoryStep.Reopen, 3),
    ];

    private static readonly RepositorySecret Secret = RepositorySecret.FromKeyFile(new byte[32]);

    private readonly TemporaryDirectory _directory = TemporaryDirectory.InMemory();
    private readonly Dictionary<string, byte[]> _model = new(StringComparer.Ordinal);
    private readonly HashSet<string> _deletionBegun = new(StringComparer.Ordinal);
    private readonly List<byte[]> _snapshots = [];
    private readonly VolumeState _volume = new(ChunkSize);
    private readonly Random _random;
    private readonly RepositorySecret? _secret;
    private readonly int _seed;
    private Repository _repository;
    private byte[] _dying = [];
    private int _number;

    public History(int seed, bool encrypted)
    {
        _seed = seed;
        _random = new Random(seed);
        _secret = encrypted ? Secret : null;
        var options = new RepositoryOptions { ChunkSizeBytes = ChunkSize, Secret = _secret };
        _repository = Repository.Create(_directory.Sub("repository"), options);
    }

    private string Place => _directory.Sub("repository");

    public void Dispose()
    {
        _repository.Dispose();
        _directory.Dispose();
    }

    /// <summary>Takes so many steps, then restores every backup.</summary>
    public async Task RunAsync(int steps, Dictionary<HistoryStep, int> tried)
    {
        for (var i = 0; i < steps; i++)
        {
            var step = Choose();
            tried[step] = tried.GetValueOrDefault(step) + 1;
            try
            {
                await DoAsync(step);
            }
            catch (Exception exception)
            {
                throw new InvalidOperationException($"step {i}, {step}, of the history of seed {_seed}", exception);
            }
        }

        Assert.Equal(_model.Keys.Order(), _repository.ListManifests().Select(backup => backup.BackupId.Value).Order());
        foreach (var backup in _model.Keys)
        {
            await AssertRestoresAsync(backup);
        }
    }

    private HistoryStep Choose()
    {
        var place = _random.Next(Weights.Sum(weight => weight.Weight));
        return Weights.First(weight => (place -= weight.Weight) < 0).Step;
    }

    private async Task DoAsync(HistoryStep step)
    {
        switch (step)
        {
            case HistoryStep.Write:
                _volume.Write(_random);
                break;
            case HistoryStep.Trim:
                _volume.Trim(_random);
                break;
            case HistoryStep.Resize:
                _volume.Resize(_random);
                break;
            case HistoryStep.Snapshot:
                _snapshots.Add([.. _volume.Bytes]);
                break;
            case HistoryStep.Revert when _snapshots.Count > 0:
                _volume.RevertTo(_snapshots[_random.Next(_snapshots.Count)]);
                break;
            case HistoryStep.Full or HistoryStep.Incremental or HistoryStep.ChangedOnly when _model.Count < MostBackups:
                await BackUpAsync(step, _repository);
                break;
            case HistoryStep.Crash:
                await CrashAsync();
                break;
            case HistoryStep.Restore when _model.Count > 0:
                await AssertRestoresAsync(Any());
                break;
            case HistoryStep.Reopen:
                Reopen();
                break;
            default:
                await KeepHouseAsync(step, _repository);
                break;
        }
    }

    private async Task KeepHouseAsync(HistoryStep step, Repository repository)
    {
        switch (step)
        {
            case HistoryStep.Delete when _model.Count > 0:
                Delete(Any(), repository);
                break;
            case HistoryStep.Protect when _model.Count > 0:
                Protect(Any(), repository);
                break;
            case HistoryStep.Prune:
                Prune(repository);
                break;
            case HistoryStep.Verify:
                var options = new VerifyOptions { Level = VerifyLevel.Data, Lanes = 1 };
                var report = await repository.VerifyAsync(options, progress: null, CancellationToken.None);
                Assert.True(report.Clean, string.Join('\n', report.Faults));
                break;
            case HistoryStep.RebuildIndex:
                await repository.RebuildIndexAsync(progress: null, CancellationToken.None);
                break;
            case HistoryStep.Collect:
                var collect = new CollectOptions { ThresholdPercent = _random.Next(101), FenceAfter = TimeSpan.Zero };
                await repository.CollectAsync(collect, progress: null, CancellationToken.None);
                break;
        }
    }

    private async Task BackUpAsync(HistoryStep step, Repository repository)
    {
        var id = $"b{++_number}";
        var bytes = step == HistoryStep.Full && _snapshots.Count > 0 && _random.Next(3) == 0
            ? _snapshots[_random.Next(_snapshots.Count)]
            : [.. _volume.Bytes];
        var hasBase = _volume.BaseBackup is { } known && _model.ContainsKey(known);
        var changedOnly = step == HistoryStep.ChangedOnly && hasBase;
        var parent = step == HistoryStep.Full ? null
            : changedOnly ? repository.GetManifest(BackupId.Parse(_volume.BaseBackup!))
            : repository.FindLatest("volume");
        await new HistoryBackup(repository, bytes).RunAsync(id, parent, changedOnly ? _volume.Changed : null);
        _model.Add(id, bytes);
        if (step != HistoryStep.Full)
        {
            _volume.RememberBase(id);
        }
    }

    private void Delete(string id, Repository repository)
    {
        var backup = BackupId.Parse(id);
        if (repository.GetHold(backup) == HoldState.Protected)
        {
            Assert.Throws<BackupProtectedException>(() => repository.DeleteBackup(backup));
            return;
        }

        _deletionBegun.Add(id);
        repository.DeleteBackup(backup);
        _model.Remove(id);
    }

    private static void Protect(string id, Repository repository)
    {
        var backup = BackupId.Parse(id);
        switch (repository.GetHold(backup))
        {
            case HoldState.Free:
                repository.ProtectBackup(backup);
                break;
            case HoldState.Protected:
                repository.UnprotectBackup(backup);
                break;
        }
    }

    private void Prune(Repository repository)
    {
        var rules = new RetentionRules { Last = _random.Next(1, 8) };
        var decided = RetentionPolicy.Decide(
            repository.ListManifests(), repository.ListHolds(), rules, DateTimeOffset.UtcNow);
        foreach (var decision in decided.Where(decision => decision.Reasons.Count == 0))
        {
            Delete(decision.Backup.BackupId.Value, repository);
        }
    }

    /// <summary>
    /// Something is done by a process that dies in the middle: every call to the file system fails from then on, its
    /// last words among them. What was promised before stays; what was begun is done or not, and never half.
    /// </summary>
    private async Task CrashAsync()
    {
        var files = new FaultyFileSystem(new LinuxFileSystem());
        using var backend = new LocalDirectoryBackend(Place, files);
        using (var repository = Repository.Open(backend, TimeProvider.System, _secret))
        {
            files.FailsForGood = true;
            files.FailingCall = files.Calls + _random.Next(1, 80);
            try
            {
                await DieInAsync(repository);
            }
            catch (RepositoryException)
            {
                // It is dead.
            }
        }

        MarkSessionsDead();
        Reopen();
        await SettleAsync();
    }

    private async Task DieInAsync(Repository repository)
    {
        HistoryStep[] chores =
            [HistoryStep.Delete, HistoryStep.Prune, HistoryStep.RebuildIndex, HistoryStep.Collect, HistoryStep.Collect];
        if (_random.Next(2) == 0)
        {
            await KeepHouseAsync(chores[_random.Next(chores.Length)], repository);
        }
        else
        {
            _dying = [.. _volume.Bytes];
            await BackUpAsync(HistoryStep.Incremental, repository);
        }
    }

    /// <summary>Takes the outcome of what was begun from the repository; whatever is there must be whole.</summary>
    private async Task SettleAsync()
    {
        var there = _repository.ListManifests().Select(manifest => manifest.BackupId.Value).ToHashSet();
        var begun = $"b{_number}";
        if (there.Contains(begun) && !_model.ContainsKey(begun))
        {
            _model.Add(begun, _dying);
            _volume.ForgetBase();
            await AssertRestoresAsync(begun);
        }

        foreach (var lost in _model.Keys.Where(backup => !there.Contains(backup)).ToList())
        {
            Assert.True(_deletionBegun.Contains(lost), $"{lost} is gone and nobody has deleted it");
            _model.Remove(lost);
        }
    }

    /// <summary>The process that this one pretends to have been is gone.</summary>
    private void MarkSessionsDead()
    {
        var records = Directory.GetFiles(Path.Combine(Place, "sessions")).Where(file => !Path.HasExtension(file));
        foreach (var file in records)
        {
            var record = SessionRecordFile.Read(File.ReadAllBytes(file), file);
            record = record with { Process = record.Process with { StartTicks = 1 } };
            File.WriteAllBytes(file, SessionRecordFile.Write(record));
        }
    }

    private void Reopen()
    {
        _repository.Dispose();
        _repository = Repository.Open(Place, _secret);
    }

    private string Any() => _model.Keys.Order(StringComparer.Ordinal).ElementAt(_random.Next(_model.Count));

    private async Task AssertRestoresAsync(string backup)
    {
        var restored = await TestVolume.RestoreAsync(_repository, _repository.GetManifest(BackupId.Parse(backup)));
        Assert.True(restored.AsSpan().SequenceEqual(_model[backup]), $"backup {backup} is not what the volume was");
    }
}
