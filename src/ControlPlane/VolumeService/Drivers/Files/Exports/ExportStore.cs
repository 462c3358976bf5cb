using System.Text.Json;

namespace BackupEngine.ControlPlane.VolumeService.Drivers.Files.Exports;

/// <summary>The records of the exports.</summary>
internal sealed class ExportStore(DriverLayout layout)
{
    public ExportRecord? TryRead(Guid attachmentId)
    {
        var path = layout.OfExport(attachmentId);
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(path), FileDriverJson.Default.ExportRecord);
        }
        catch (FileNotFoundException)
        {
            return null;
        }
        catch (JsonException e)
        {
            throw new VolumeDriverException(
                $"The record of an export, {path}, cannot be read: {e.Message} The export is left as it is. If "
                + "`losetup -l` shows no device of that volume, remove the file.", e);
        }
    }

    public IReadOnlyList<ExportRecord> List() =>
        [.. layout.Exports().Select(TryRead).OfType<ExportRecord>()];

    public void Write(ExportRecord record) => DurableFile.Publish(
        layout.OfExport(record.AttachmentId),
        handle => RandomAccess.Write(
            handle, JsonSerializer.SerializeToUtf8Bytes(record, FileDriverJson.Default.ExportRecord), 0));

    public void Remove(Guid attachmentId) => DurableFile.Remove(layout.OfExport(attachmentId));
}
