namespace BackupEngine.Chunkstore.Tests.GarbageCollection.Models.Protocol;

/// <summary>
/// Sessions, generations and fenced commits as docs/concurrency.md states them. What takes several calls on the
/// repository takes several steps here; who pauses between them may pause for ever, which is what a crash is.
/// </summary>
internal sealed class ProtocolModel : IModel<ProtocolState>
{
    public const byte FirstBackup = 0x80;

    private readonly ProtocolScope _scope;
    private readonly WriterSteps _writers;
    private readonly CollectorSteps _collectors;
    private readonly RebuildSteps _rebuild;
    private readonly WaitSteps _fencing;

    public ProtocolModel(ProtocolScope scope)
    {
        _scope = scope;
        _writers = new WriterSteps(scope);
        _collectors = new CollectorSteps(scope);
        _rebuild = new RebuildSteps(scope);
        _fencing = new WaitSteps(scope);
    }

    public ProtocolState Initial => new()
    {
        Files = _scope.StartsEmpty ? (byte)0 : (byte)1,
        Named = _scope.StartsEmpty ? (byte)0 : (byte)1,
        Manifests = _scope.HasBackup ? FirstBackup : (byte)0,
        MergesLeft = (byte)_scope.Mergers,
    };

    public bool IsSafe(in ProtocolState state) =>
        (state.Files & state.Named) != 0 || (state.Manifests == 0 && state.Reader.Phase != ReaderPhase.Reading);

    public void AddSuccessors(in ProtocolState state, Successors<ProtocolState> successors)
    {
        for (var writer = 0; writer < _scope.Writers; writer++)
        {
            _writers.Add(state, writer, successors);
        }

        for (var collector = 0; collector < _scope.Collectors; collector++)
        {
            _collectors.Add(state, collector, successors);
        }

        AddDeletions(state, successors);
        AddMerging(state, successors);
        if (_scope.Rebuilds)
        {
            _rebuild.Add(state, successors);
        }

        for (var writer = 0; writer < _scope.Writers && _scope.Fences; writer++)
        {
            if (state.Writers[writer].IsRegistered)
            {
                _fencing.AddFencing(state, "somebody", 0, writer, successors);
            }
        }

        if (_scope.Readers > 0)
        {
            AddReading(state, successors);
        }
    }

    private static void AddDeletions(in ProtocolState state, Successors<ProtocolState> successors)
    {
        for (var backup = 0; backup < 8; backup++)
        {
            if ((state.Manifests & (1 << backup)) != 0)
            {
                var next = state;
                next.Manifests &= (byte)~(1 << backup);
                successors.Add(next, new Step("delete", backup, "manifest"));
            }
        }
    }

    /// <summary>A merger that read the index while no generation was open and publishes whenever it likes.</summary>
    private static void AddMerging(in ProtocolState state, Successors<ProtocolState> successors)
    {
        var next = state;
        if (state.Merging != 0)
        {
            next.Named |= (byte)(state.Merging & 0x7F);
            next.Merging = 0;
            successors.Add(next, new Step("merger", 0, "publishes", state.Merging & 0x7F));
        }
        else if (state.MergesLeft > 0 && !state.IsOpen)
        {
            next.Merging = (byte)(state.Named | 0x80);
            next.MergesLeft--;
            successors.Add(next, new Step("merger", 0, "reads", state.Named));
        }
    }

    private void AddReading(in ProtocolState state, Successors<ProtocolState> successors)
    {
        var next = state;
        ref var reader = ref next.Reader;
        switch (state.Reader.Phase)
        {
            case ReaderPhase.Idle:
                for (var backup = 0; backup < 8; backup++)
                {
                    if ((state.Manifests & (1 << backup)) != 0)
                    {
                        reader.Phase = ReaderPhase.Begun;
                        reader.Backup = (byte)(backup + 1);
                        successors.Add(next, new Step("reader", 0, "opens", 1 << backup));
                    }
                }

                break;
            case ReaderPhase.Begun:
                reader.Phase = ReaderPhase.Registered;
                successors.Add(next, new Step("reader", 0, "registers"));
                break;
            case ReaderPhase.Registered:
                var isThere = (state.Manifests & (1 << (reader.Backup - 1))) != 0;
                var reads = isThere || !_scope.Has(ProtocolRule.CheckPinnedBackup);
                reader.Phase = reads ? ReaderPhase.Reading : ReaderPhase.Ended;
                successors.Add(next, new Step("reader", 0, isThere ? "finds the backup" : "misses the backup"));
                break;
            case ReaderPhase.Reading:
                reader.Phase = ReaderPhase.Ended;
                successors.Add(next, new Step("reader", 0, "ends"));
                break;
        }
    }
}
