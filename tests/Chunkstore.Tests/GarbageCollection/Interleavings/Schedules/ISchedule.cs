namespace BackupEngine.Chunkstore.Tests.GarbageCollection.Interleavings.Schedules;

/// <summary>Who goes next.</summary>
internal interface ISchedule
{
    /// <summary>One of those that are ready; they keep their order from step to step.</summary>
    Participant Choose(IReadOnlyList<Participant> ready);
}
