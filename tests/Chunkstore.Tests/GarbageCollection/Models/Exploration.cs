namespace BackupEngine.Chunkstore.Tests.GarbageCollection.Models;

/// <summary>What a search found.</summary>
/// <param name="States">States that were found until it ended.</param>
/// <param name="Violation">A shortest way to a state in which something is lost; null where there is none.</param>
internal sealed record Exploration(int States, IReadOnlyList<Step>? Violation)
{
    public bool IsSafe => Violation is null;

    public override string ToString() => Violation is null
        ? $"safe, {States} states"
        : $"violated after {States} states:\n    {string.Join("\n    ", Violation)}";
}
