namespace BackupEngine.DataPlane.Devices.Engines;

/// <summary>A device with an engine of its own, which is used unless another is asked for by name.</summary>
internal interface IEngineDevice : IBlockDevice
{
    /// <summary>Opens the engine; the device stays open as long.</summary>
    IIoEngine OpenEngine();
}
