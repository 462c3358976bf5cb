using System.Runtime.InteropServices;

namespace BackupEngine.DataPlane.Devices.Engines;

/// <summary>One transfer that a thread carries out.</summary>
/// <param name="Tag">What its owner calls it.</param>
/// <param name="OffsetBytes">Where on the device.</param>
/// <param name="Target">What a read fills.</param>
/// <param name="Source">What a write writes.</param>
/// <param name="IsWrite">Which of both it is.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct ThreadTransfer(
    int Tag, long OffsetBytes, Memory<byte> Target, ReadOnlyMemory<byte> Source, bool IsWrite);
