using System.Text.Json;
using BackupEngine.Chunkstore;
using BackupEngine.DataPlane.Errors;

namespace BackupEngine.DataPlane.CommandLine;

/// <summary>
/// Reads a list of changed blocks: a JSON array of <c>{"offset": bytes, "length": bytes}</c> and nothing else.
/// </summary>
internal static class ChangedBlocksFile
{
    /// <summary>Reads the list; whether it fits the volume is the backup's to check.</summary>
    /// <exception cref="UsageException">The file cannot be read, or is not such a list.</exception>
    public static async Task<IReadOnlyList<Extent>> ReadAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            await using var file = File.OpenRead(path);
            var blocks = await JsonSerializer.DeserializeAsync(
                file, DataPlaneJson.Strict.ListChangedBlock, cancellationToken);
            return [.. (blocks ?? throw new JsonException("null is not a list")).Select(ToExtent)];
        }
        catch (JsonException e)
        {
            throw new UsageException(
                $"{path} is not a list of changed blocks: "
                + $"a JSON array of {{\"offset\": bytes, \"length\": bytes}} is expected. {e.Message}",
                e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"The changed blocks cannot be read: {e.Message}", e);
        }
    }

    private static Extent ToExtent(ChangedBlock? block) => block is null
        ? throw new JsonException("null is not an extent")
        : new Extent(block.Offset, block.Length);
}
