using System.Runtime.InteropServices;

namespace BackupEngine.Chunkstore.Tests.GarbageCollection.Models;

/// <summary>What somebody did.</summary>
/// <param name="Who">The participant's kind.</param>
/// <param name="Number">Which one of its kind.</param>
/// <param name="Action">What it did.</param>
/// <param name="Detail">A number that belongs to it; negative = none.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Step(string Who, int Number, string Action, int Detail = -1)
{
    public override string ToString() =>
        Detail < 0 ? $"{Who}{Number} {Action}" : $"{Who}{Number} {Action} {Detail:b}";
}
