using static BackupEngine.Chunkstore.Tests.GarbageCollection.Models.OneCollector.FlagState;

namespace BackupEngine.Chunkstore.Tests.GarbageCollection.Models.OneCollector;

/// <summary>
/// Sessions, condemned generations and a commit that a flag refuses: the protocol of the specification in its smallest
/// form. Checked: no committed backup refers to a deleted pack.
/// </summary>
internal sealed class FlagModel(int writers, int cycles, FlagRule rules) : IModel<FlagState>
{
    public FlagState Initial
    {
        get
        {
            var state = default(FlagState);
            for (var number = 0; number < writers; number++)
            {
                state.Writers[number] = new Writer { View = -1, Acknowledged = -1 };
            }

            return state;
        }
    }

    public bool IsSafe(in FlagState state) => state.Pack != PackPhase.Deleted || state.Roots == 0;

    public void AddSuccessors(in FlagState state, Successors<FlagState> successors)
    {
        for (var number = 0; number < writers; number++)
        {
            AddBeginning(state, number, successors);
            AddWork(state, number, successors);
        }

        AddCollection(state, successors);
    }

    private bool Has(FlagRule rule) => (rules & rule) == rule;

    private void AddBeginning(in FlagState state, int number, Successors<FlagState> successors)
    {
        var next = state;
        ref var writer = ref next.Writers[number];
        switch (writer.Phase)
        {
            case WriterPhase.Idle when Has(FlagRule.RegisterFirst):
                writer = new Writer { Phase = WriterPhase.Registered, View = -1, IsRegistered = true };
                successors.Add(next, new Step("writer", number, "registers"));
                break;
            case WriterPhase.Idle:
                writer = new Writer { Phase = WriterPhase.Viewed };
                writer.View = writer.Acknowledged = (sbyte)state.Generation;
                successors.Add(next, new Step("writer", number, "reads its view before it registers"));
                break;
            case WriterPhase.Viewed:
                writer.Phase = WriterPhase.Active;
                writer.IsRegistered = true;
                successors.Add(next, new Step("writer", number, "registers late"));
                break;
            case WriterPhase.Registered:
                writer.Phase = WriterPhase.Active;
                writer.View = writer.Acknowledged = (sbyte)state.Generation;
                successors.Add(next, new Step("writer", number, "reads its view"));
                break;
        }
    }

    private void AddWork(in FlagState state, int number, Successors<FlagState> successors)
    {
        ref readonly var writer = ref state.Writers[number];
        var isActive = writer.Phase == WriterPhase.Active;
        if (isActive && writer.Reference == Reference.None)
        {
            AddReferences(state, number, successors);
        }

        if (isActive && (sbyte)state.Generation > writer.View)
        {
            AddRefresh(state, number, successors);
        }

        var next = state;
        ref var changed = ref next.Writers[number];
        if (writer.Phase == WriterPhase.Acknowledging)
        {
            changed.Phase = WriterPhase.Active;
            changed.Acknowledged = writer.View;
            successors.Add(next, new Step("writer", number, "acknowledges"));
        }

        if (isActive && writer.Reference != Reference.None)
        {
            AddCommit(state, number, successors);
        }

        if (writer.Phase is WriterPhase.Active or WriterPhase.Acknowledging or WriterPhase.Registered
            or WriterPhase.Viewed)
        {
            changed = writer;
            changed.Phase = WriterPhase.Dead;
            changed.Reference = Reference.None;
            successors.Add(next, new Step("writer", number, "crashes"));
        }
    }

    private static void AddReferences(in FlagState state, int number, Successors<FlagState> successors)
    {
        var next = state;
        ref var writer = ref next.Writers[number];
        if (state.CondemnedAt == 0 || (sbyte)state.CondemnedAt > writer.View || state.Pack == PackPhase.Live)
        {
            writer.Reference = Reference.ToThePack;
            successors.Add(next, new Step("writer", number, "deduplicates against the pack"));
        }

        writer.Reference = Reference.ToItsOwn;
        successors.Add(next, new Step("writer", number, "stores it in a pack of its own"));
    }

    private void AddRefresh(in FlagState state, int number, Successors<FlagState> successors)
    {
        var next = state;
        ref var writer = ref next.Writers[number];
        if (Has(FlagRule.Recheck) && writer.Reference == Reference.ToThePack && state.CondemnedAt != 0
            && state.CondemnedAt <= state.Generation && state.Pack != PackPhase.Live)
        {
            writer.Reference = Reference.ToItsOwn;
        }

        writer.Phase = WriterPhase.Acknowledging;
        writer.View = (sbyte)state.Generation;
        successors.Add(next, new Step("writer", number, "refreshes its view"));
    }

    private void AddCommit(in FlagState state, int number, Successors<FlagState> successors)
    {
        var next = state;
        ref var writer = ref next.Writers[number];
        var isRefused = Has(FlagRule.Fence) && writer.IsFenced;
        next.Roots += (byte)(!isRefused && writer.Reference == Reference.ToThePack ? 1 : 0);
        writer.Phase = isRefused ? WriterPhase.Dead : WriterPhase.Done;
        writer.Reference = Reference.None;
        writer.IsRegistered = false;
        successors.Add(next, new Step("writer", number, isRefused ? "may not commit" : "commits"));
    }

    private void AddCollection(in FlagState state, Successors<FlagState> successors)
    {
        var next = state;
        switch (state.Collector)
        {
            case CollectorPhase.Idle when state.Cycles < cycles && state.Pack != PackPhase.Deleted:
                next.Collector = state.Roots == 0 ? CollectorPhase.DeadFound : CollectorPhase.Idle;
                next.Cycles++;
                successors.Add(next, new Step("collector", 0, "marks"));
                break;
            case CollectorPhase.DeadFound:
                next.Generation++;
                next.Pack = PackPhase.Condemned;
                next.CondemnedAt = next.Generation;
                next.Collector = CollectorPhase.Waiting;
                successors.Add(next, new Step("collector", 0, "condemns in generation", next.Generation));
                break;
            case CollectorPhase.Waiting:
                AddWaiting(state, successors);
                break;
            case CollectorPhase.Remarking:
                var isRescued = Has(FlagRule.Remark) && state.Roots > 0;
                next.Pack = isRescued ? PackPhase.Live : PackPhase.Deleted;
                next.CondemnedAt = isRescued ? (byte)0 : state.CondemnedAt;
                next.Collector = CollectorPhase.Idle;
                successors.Add(next, new Step("collector", 0, isRescued ? "rescues" : "deletes"));
                break;
        }
    }

    private void AddWaiting(in FlagState state, Successors<FlagState> successors)
    {
        var next = state;
        var waits = false;
        for (var number = 0; number < writers; number++)
        {
            ref readonly var writer = ref state.Writers[number];
            if (writer.IsRegistered && !writer.IsFenced && writer.Phase != WriterPhase.Done
                && writer.Acknowledged < (sbyte)state.CondemnedAt)
            {
                waits = true;
                next = state;
                next.Writers[number].IsFenced = true;
                successors.Add(next, new Step("collector", 0, "fences writer", number));
            }
        }

        if (!waits || !Has(FlagRule.Wait))
        {
            next = state;
            next.Collector = CollectorPhase.Remarking;
            successors.Add(next, new Step("collector", 0, "has waited enough"));
        }
    }
}
