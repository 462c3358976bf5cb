using BackupEngine.Chunkstore.Checkpoints;
using BackupEngine.Chunkstore.Collection;
using BackupEngine.Chunkstore.Copies;
using BackupEngine.Chunkstore.Errors;
using BackupEngine.Chunkstore.Repositories;
using BackupEngine.Chunkstore.Sessions;
using Xunit;

namespace BackupEngine.Chunkstore.Tests.GarbageCollection.Interleavings;

/// <summary>Parts of stories: backups that are gone on with, and copies to another repository.</summary>
internal static class Continuations
{
    /// <summary>A backup that was interrupted after its only leaf: a checkpoint names it, and no manifest.</summary>
    public static Story Interrupted(this Story story, string backup, string word) => story.Before(async repository =>
    {
        await using var writer = repository.BeginBackup(Resumable(backup, word));
        await writer.ResumeAsync(ReadScope.Everything, CancellationToken.None);
        await SetLeafAsync(repository, writer, word);
    });

    /// <summary>The same backup, gone on with from the checkpoint as far as that is good.</summary>
    public static Story Resumed(this Story story, string backup, string word) => story.Expect(backup, word).Part(
        $"writer {backup}",
        async (participant, world) =>
        {
            using var repository = world.Open(participant);
            await using var writer = repository.BeginBackup(Resumable(backup, word));
            var leaves = await writer.ResumeAsync(ReadScope.Everything, CancellationToken.None);
            if (!leaves.Contains(0))
            {
                await SetLeafAsync(repository, writer, word);
            }

            await writer.CommitAsync(new SourceCounters(0, 0, 0), CancellationToken.None);
            world.Outcomes.Enqueue($"resumed: {leaves.Count}");
        });

    /// <summary>A collector that keeps no checkpoints.</summary>
    public static Story Forgetful(this Story story) => story.Part("collector", async (participant, world) =>
    {
        using var repository = world.Open(participant);
        var options = new CollectOptions { FenceAfter = TimeSpan.FromSeconds(1), CheckpointAge = TimeSpan.Zero };
        await repository.CollectAsync(options, progress: null, CancellationToken.None);
    });

    /// <summary>
    /// Copies two backups, the second one on top of the first one, to a repository where all ids are others.
    /// </summary>
    public static Story Copies(this Story story, string first, string second) => story.Part(
        "copy",
        async (participant, world) =>
        {
            using var destination = World.Create().Open(participant: null);
            using (var before = world.Open(participant))
            {
                var original = before.GetManifest(BackupId.Parse(first));
                await new BackupCopier(before, destination) { Lanes = 1 }.CopyAsync(original, CancellationToken.None);
            }

            // Opened again: what was read before may still be open.
            participant.Yield("rest");
            using var source = world.Open(participant);
            var copier = new BackupCopier(source, destination) { Lanes = 1 };
            var manifest = source.GetManifest(BackupId.Parse(second));
            try
            {
                await copier.CopyAsync(manifest, CancellationToken.None);
            }
            catch (CorruptDataException exception) when (!participant.IsDead)
            {
                throw new InvalidOperationException("What a copy reads was not kept.", exception);
            }

            var copy = destination.GetManifest(manifest.BackupId);
            Assert.Equal(world.Contents[second], await Letters.RestoreAsync(destination, copy));
        });

    private static BackupWriterOptions Resumable(string backup, string word) =>
        Letters.Options(backup, word, parent: null) with { BaseToken = "now", CheckpointTime = TimeSpan.Zero };

    private static async Task SetLeafAsync(Repository repository, BackupWriter writer, string word) =>
        await writer.SetLeafAsync(
            0, await Letters.StoreAsync(repository, writer, word), CancellationToken.None);
}
