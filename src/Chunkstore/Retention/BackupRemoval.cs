using BackupEngine.Chunkstore.Checkpoints;
using BackupEngine.Chunkstore.Errors;
using BackupEngine.Chunkstore.Repositories;

namespace BackupEngine.Chunkstore.Retention;

/// <summary>Protects backups and deletes those that are not protected; of the two, one comes first.</summary>
/// <remarks>
/// Who deletes decides "deleting" before the manifest goes, so from then on nobody can protect. Who protects looks
/// after his decision whether the manifest is still there: where it is, no deletion had begun. A crash between any two
/// steps leaves a backup that is whole, or one whose deletion anybody finishes by repeating it.
/// </remarks>
internal sealed class BackupRemoval(HoldCatalog holds, ManifestCatalog manifests, CheckpointCatalog checkpoints)
{
    /// <summary>Protects a backup; one that is protected already stays so.</summary>
    /// <exception cref="BackupNotFoundException">There is none of that id, or it was deleted meanwhile.</exception>
    /// <exception cref="BackupProtectedException">Its deletion has begun.</exception>
    public void Protect(BackupId id)
    {
        manifests.RequireThere(id);
        Decide(id, HoldState.Protected);

        // The decision of a backup that is gone is left: another who protects may rely on it.
        manifests.RequireThere(id);
    }

    /// <summary>Takes the protection away; a backup that has none stays as it is.</summary>
    /// <exception cref="BackupNotFoundException">There is none of that id.</exception>
    /// <exception cref="BackupProtectedException">Its deletion has begun.</exception>
    public void Unprotect(BackupId id)
    {
        if (!manifests.IsThere(id))
        {
            holds.Forget(id);
            manifests.RequireThere(id);
        }

        if (holds.Find(id).State != HoldState.Free)
        {
            Decide(id, HoldState.Free);
        }
    }

    /// <summary>
    /// Deletes a backup, or finishes a deletion that was begun. One that was interrupted before it was published loses
    /// its checkpoints, unless they are kept: it can no longer be gone on with.
    /// </summary>
    /// <exception cref="BackupNotFoundException">There is none of that id.</exception>
    /// <exception cref="BackupProtectedException">It is protected.</exception>
    public void Delete(BackupId id, bool keepCheckpoints = false)
    {
        var interrupted = !keepCheckpoints && checkpoints.RemoveAll(id) > 0;
        if (!manifests.IsThere(id))
        {
            FinishWithoutManifest(id, interrupted);
            return;
        }

        Decide(id, HoldState.Deleting);
        manifests.TryDelete(id);
        holds.Forget(id);
    }

    /// <summary>
    /// Forgets what was decided about a backup that is gone, before another one gets its id: a deletion that died after
    /// the manifest was removed must not go on with the new one.
    /// </summary>
    public void ForgetFormer(BackupId id)
    {
        // In this order: "deleting" with no manifest afterwards is a deletion that has done its work.
        if (holds.Find(id).State == HoldState.Deleting && !manifests.IsThere(id))
        {
            holds.Forget(id);
        }
    }

    /// <summary>Who died after the manifest was gone left the decision: the deletion is done all the same.</summary>
    private void FinishWithoutManifest(BackupId id, bool interrupted)
    {
        var begun = holds.Find(id).State == HoldState.Deleting;
        holds.Forget(id);
        if (!begun && !interrupted)
        {
            manifests.RequireThere(id);
        }
    }

    private void Decide(BackupId id, HoldState wanted)
    {
        while (true)
        {
            var hold = holds.Find(id);
            if (hold.State == wanted && hold.Number >= 0)
            {
                return;
            }

            RequireAllowed(id, hold.State, wanted);
            if (holds.TryReplace(id, hold, wanted))
            {
                return;
            }
        }
    }

    private static void RequireAllowed(BackupId id, HoldState state, HoldState wanted)
    {
        if (state == HoldState.Deleting)
        {
            throw new BackupProtectedException(
                $"The deletion of backup '{id}' has begun, so its protection cannot be changed any more. "
                + "Deleting it again finishes that. Other backups are not touched.");
        }

        if (state == HoldState.Protected && wanted == HoldState.Deleting)
        {
            throw new BackupProtectedException(
                $"Backup '{id}' is protected; nothing was changed. Take its protection away first: "
                + $"unprotect --backup {id}.");
        }
    }
}
