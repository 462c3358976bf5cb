namespace BackupEngine.Chunkstore.Tests.GarbageCollection.Models.Protocol;

/// <summary>
/// Making the index again: packs are listed, then sessions, one name after another, and then the packs are named that
/// nobody may take back. Names by which sessions take back come first in a listing: a record that is renamed while it
/// goes on is seen under neither.
/// </summary>
internal sealed class RebuildSteps(ProtocolScope scope)
{
    public void Add(in ProtocolState state, Successors<ProtocolState> successors)
    {
        var next = state;
        ref var rebuild = ref next.Rebuild;
        var packsFirst = scope.Has(ProtocolRule.PacksBeforeOwners);
        switch (rebuild.Phase)
        {
            case RebuildPhase.Idle:
                rebuild.Phase = packsFirst ? RebuildPhase.Packs : RebuildPhase.Owners;
                successors.Add(next, new Step("rebuild", 0, "begins"));
                break;
            case RebuildPhase.Packs:
                rebuild.Packs = (byte)(state.Files & ~state.Named);
                rebuild.Phase = packsFirst ? RebuildPhase.Owners : RebuildPhase.Naming;
                successors.Add(next, new Step("rebuild", 0, "lists packs that no segment names", rebuild.Packs));
                break;
            case RebuildPhase.Owners:
                AddOwner(state, successors);
                break;
            case RebuildPhase.Naming:
                next.Named |= (byte)(rebuild.Packs & ~(rebuild.Owners << 1));
                rebuild = new RebuildState { Phase = RebuildPhase.Ended };
                successors.Add(next, new Step("rebuild", 0, "names packs", next.Named & ~state.Named));
                break;
        }
    }

    private void AddOwner(in ProtocolState state, Successors<ProtocolState> successors)
    {
        var next = state;
        ref var rebuild = ref next.Rebuild;
        var writer = rebuild.Cursor % scope.Writers;
        var isOther = rebuild.Cursor / scope.Writers % 2 == 0;
        ref readonly var session = ref state.Writers[writer];
        if (isOther ? session.IsTakingBack && scope.Has(ProtocolRule.LeaveTakenBack) : session.IsRegistered)
        {
            rebuild.Owners |= (byte)(1 << writer);
        }

        rebuild.Cursor++;
        var listings = scope.Has(ProtocolRule.OwnersTwice) ? 2 : 1;
        if (rebuild.Cursor == 2 * listings * scope.Writers)
        {
            rebuild.Cursor = 0;
            rebuild.Phase = scope.Has(ProtocolRule.PacksBeforeOwners) ? RebuildPhase.Naming : RebuildPhase.Packs;
        }

        var action = isOther ? "looks for the other name of writer" : "looks for the record of writer";
        successors.Add(next, new Step("rebuild", 0, action, 1 << writer));
    }
}
