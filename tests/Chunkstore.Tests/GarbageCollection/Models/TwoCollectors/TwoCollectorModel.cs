using static BackupEngine.Chunkstore.Tests.GarbageCollection.Models.TwoCollectors.TwoCollectorState;

namespace BackupEngine.Chunkstore.Tests.GarbageCollection.Models.TwoCollectors;

/// <summary>
/// Two collectors at once, backups deleted meanwhile. With a compare-and-swap on the pack's state nothing is lost;
/// without it a stale collector acts on what it has read long ago.
/// </summary>
internal sealed class TwoCollectorModel(int writers, int cycles, bool compareAndSwap) : IModel<TwoCollectorState>
{
    private const int Collectors = 2;

    public TwoCollectorState Initial => default;

    public bool IsSafe(in TwoCollectorState state) => state.Pack != PackPhase.Deleted || !state.HasRoot;

    public void AddSuccessors(in TwoCollectorState state, Successors<TwoCollectorState> successors)
    {
        for (var number = 0; number < writers; number++)
        {
            AddWriting(state, number, successors);
        }

        for (var number = 0; number < Collectors; number++)
        {
            AddCollection(state, number, successors);
            if (state.Collectors[number].Phase != CollectorPhase.Idle)
            {
                Add(state, number, new Collector(), "crashes", successors);
            }
        }

        if (state.HasRoot)
        {
            var next = state;
            next.HasRoot = false;
            successors.Add(next, new Step("delete", 0, "backup"));
        }
    }

    private static void AddWriting(in TwoCollectorState state, int number, Successors<TwoCollectorState> successors)
    {
        var next = state;
        ref var writer = ref next.Writers[number];
        switch (writer.Phase)
        {
            case WriterPhase.New:
                writer.Phase = WriterPhase.Registered;
                writer.IsRegistered = true;
                successors.Add(next, new Step("writer", number, "registers"));
                break;
            case WriterPhase.Registered:
                writer.Phase = WriterPhase.Active;
                writer.CanDeduplicate = state.Pack == PackPhase.Live;
                writer.Acknowledged = state.Generation;
                successors.Add(next, new Step("writer", number, "reads its view"));
                break;
            case WriterPhase.Active:
                AddWork(state, number, successors);
                break;
            case WriterPhase.Acknowledging:
                var isLost = writer.Reference == Reference.ToThePack && !writer.PolledAlive;
                writer.Phase = WriterPhase.Active;
                writer.CanDeduplicate = writer.PolledAlive;
                writer.Acknowledged = writer.PolledGeneration;
                writer.Reference = isLost ? Reference.ToItsOwn : writer.Reference;
                writer.PolledGeneration = 0;
                writer.PolledAlive = false;
                successors.Add(next, new Step("writer", number, "acknowledges"));
                break;
        }
    }

    private static void AddWork(in TwoCollectorState state, int number, Successors<TwoCollectorState> successors)
    {
        var next = state;
        ref var writer = ref next.Writers[number];
        if (writer.Reference == Reference.None)
        {
            writer.Reference = writer.CanDeduplicate ? Reference.ToThePack : Reference.ToItsOwn;
            successors.Add(next, new Step("writer", number, writer.CanDeduplicate ? "deduplicates" : "stores"));
        }

        if (state.Generation > writer.Acknowledged)
        {
            next = state;
            writer.Phase = WriterPhase.Acknowledging;
            writer.PolledGeneration = state.Generation;
            writer.PolledAlive = state.Pack == PackPhase.Live;
            successors.Add(next, new Step("writer", number, "reads the new generation"));
        }

        next = state;
        if (writer.Reference != Reference.None)
        {
            next.HasRoot |= !writer.IsFenced && writer.Reference == Reference.ToThePack;
            writer.Phase = writer.IsFenced ? WriterPhase.Dead : WriterPhase.Done;
            writer.IsRegistered = false;
            successors.Add(next, new Step("writer", number, writer.IsFenced ? "may not commit" : "commits"));
        }
    }

    private void AddCollection(in TwoCollectorState state, int number, Successors<TwoCollectorState> successors)
    {
        var collector = state.Collectors[number];
        switch (collector.Phase)
        {
            case CollectorPhase.Idle when collector.Cycles < cycles:
                AddBeginning(state, number, successors);
                break;
            case CollectorPhase.DeadFound:
                AddCondemnation(state, number, successors);
                break;
            case CollectorPhase.Waiting:
                AddWaiting(state, number, successors);
                break;
            case CollectorPhase.Remarking:
                var phase = state.HasRoot ? CollectorPhase.Rescuing : CollectorPhase.Killing;
                Add(state, number, collector with { Phase = phase }, "marks again", successors);
                break;
            case CollectorPhase.Rescuing:
                AddRescue(state, number, successors);
                break;
            case CollectorPhase.Killing:
                AddKill(state, number, successors);
                break;
        }
    }

    private static void AddBeginning(in TwoCollectorState state, int number, Successors<TwoCollectorState> successors)
    {
        var cycles = (byte)(state.Collectors[number].Cycles + 1);
        if (state.Pack == PackPhase.Live && !state.HasRoot)
        {
            var found = new Collector { Phase = CollectorPhase.DeadFound, Cycles = cycles };
            Add(state, number, found, "marks, and finds it dead", successors);
        }

        if (state.Pack == PackPhase.Condemned)
        {
            var adopted = new Collector
            {
                Phase = CollectorPhase.Waiting,
                Generation = state.CondemnedAt,
                Cycles = cycles,
            };
            Add(state, number, adopted, "adopts the generation", successors);
        }

        if (state.Pack == PackPhase.Deleting)
        {
            var next = state;
            next.Pack = PackPhase.Deleted;
            Add(next, number, new Collector { Cycles = cycles }, "finishes the deletion", successors);
        }
    }

    private void AddCondemnation(in TwoCollectorState state, int number, Successors<TwoCollectorState> successors)
    {
        var collector = state.Collectors[number];
        if (compareAndSwap && state.Pack != PackPhase.Live)
        {
            Add(state, number, new Collector { Cycles = collector.Cycles }, "may not condemn", successors);
            return;
        }

        var next = state;
        next.Pack = state.Pack == PackPhase.Deleted ? PackPhase.Deleted : PackPhase.Condemned;
        next.Generation++;
        next.CondemnedAt = next.Generation;
        var waiting = collector with { Phase = CollectorPhase.Waiting, Generation = next.Generation };
        Add(next, number, waiting, "condemns", successors);
    }

    private void AddWaiting(in TwoCollectorState state, int number, Successors<TwoCollectorState> successors)
    {
        var collector = state.Collectors[number];
        var waits = false;
        for (var writer = 0; writer < writers; writer++)
        {
            ref readonly var session = ref state.Writers[writer];
            if (session.IsRegistered && !session.IsFenced && session.Acknowledged < collector.Generation)
            {
                waits = true;
                var next = state;
                next.Writers[writer].IsFenced = true;
                successors.Add(next, new Step("collector", number, "fences writer", writer));
            }
        }

        if (!waits)
        {
            var marking = collector with { Phase = CollectorPhase.Remarking };
            Add(state, number, marking, "has waited enough", successors);
        }
    }

    private void AddRescue(in TwoCollectorState state, int number, Successors<TwoCollectorState> successors)
    {
        var collector = state.Collectors[number];
        var isAllowed = compareAndSwap
            ? state.Pack == PackPhase.Condemned && state.CondemnedAt == collector.Generation
            : state.Pack != PackPhase.Deleted;
        var next = state;
        next.Pack = isAllowed ? PackPhase.Live : state.Pack;
        next.CondemnedAt = isAllowed ? (byte)0 : state.CondemnedAt;
        Add(next, number, new Collector { Cycles = collector.Cycles }, "rescues, if it may", successors);
    }

    private void AddKill(in TwoCollectorState state, int number, Successors<TwoCollectorState> successors)
    {
        var collector = state.Collectors[number];
        var next = state;
        if (!compareAndSwap)
        {
            next.Pack = PackPhase.Deleted;
        }
        else if (state.Pack == PackPhase.Condemned && state.CondemnedAt == collector.Generation)
        {
            next.Pack = PackPhase.Deleting;
        }

        Add(next, number, new Collector { Cycles = collector.Cycles }, "condemns for good, if it may", successors);
    }

    private static void Add(
        TwoCollectorState state, int number, Collector collector, string action,
        Successors<TwoCollectorState> successors)
    {
        collector.Cycles = Math.Max(collector.Cycles, state.Collectors[number].Cycles);
        state.Collectors[number] = collector;
        successors.Add(state, new Step("collector", number, action));
    }
}
