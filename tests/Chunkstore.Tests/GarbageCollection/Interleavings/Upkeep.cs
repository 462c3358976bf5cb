using BackupEngine.Chunkstore.Index.Merging;
using BackupEngine.Chunkstore.Verification;
using Xunit;

namespace BackupEngine.Chunkstore.Tests.GarbageCollection.Interleavings;

/// <summary>Parts of stories that look after a repository, and writers that do not finish.</summary>
internal static class Upkeep
{
    /// <summary>Makes the index again from packs.</summary>
    public static Story Rebuild(this Story story) => story.Part("rebuild", async (participant, world) =>
    {
        using var repository = world.Open(participant);
        await repository.RebuildIndexAsync(progress: null, CancellationToken.None);
    });

    /// <summary>Merges index segments.</summary>
    public static Story Merger(this Story story, string name = "merger") => story.Part(name, async (self, world) =>
    {
        using var repository = world.Open(self);
        await repository.MergeIndexAsync(new IndexMergeOptions(), CancellationToken.None);
    });

    /// <summary>Verifies everything. Nothing is damaged, so it must not find anything.</summary>
    public static Story Verification(this Story story) => story.Part("verification", async (participant, world) =>
    {
        using var repository = world.Open(participant);
        var options = new VerifyOptions { Level = VerifyLevel.Data, Lanes = 1 };
        var report = await repository.VerifyAsync(options, progress: null, CancellationToken.None);
        if (!participant.IsDead)
        {
            var faults = string.Join("; ", report.Faults.Select(fault => fault.Message));
            Assert.True(report.Clean, $"false damage: {faults}");
            Assert.Empty(report.Harmed);
            Assert.Empty(report.Superseded);
        }
    });

    /// <summary>
    /// A backup that is given up when its first pack is there and no segment names it; it rests before that.
    /// </summary>
    public static Story GivingUp(this Story story, string backup, string word) =>
        story.Part($"writer {backup}", async (participant, world) =>
        {
            using var repository = world.Open(participant);
            await using var writer = repository.BeginBackup(Letters.Options(backup, word, parent: null));
            var packs = world.CountPacks();
            await Letters.StoreAsync(repository, writer, word);
            while (world.CountPacks() == packs && !participant.IsDead)
            {
                // The pack gets its name by a call that waits for its turn.
                await Task.Delay(1);
            }

            participant.Yield("rest");
        });
}
