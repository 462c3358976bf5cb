using System.Runtime.InteropServices;

namespace BackupEngine.DataPlane.Devices.Engines;

/// <summary>A transfer that has ended: nobody touches its buffer any more.</summary>
/// <param name="Tag">What its owner called it.</param>
/// <param name="Error">Why it failed; null when all of it was transferred.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct IoCompletion(int Tag, Exception? Error);
