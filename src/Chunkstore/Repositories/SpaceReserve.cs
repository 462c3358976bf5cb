using System.Security.Cryptography;
using BackupEngine.Chunkstore.Backends;
using BackupEngine.Chunkstore.Errors;
using BackupEngine.Chunkstore.Format;
using BackupEngine.Chunkstore.Sessions;

namespace BackupEngine.Chunkstore.Repositories;

/// <summary>
/// A file that is there to be given up: what has to be written before anything can be deleted from a full disk has room
/// then.
/// </summary>
internal sealed class SpaceReserve(IRepositoryBackend backend, SortableId ids)
{
    /// <summary>Room for a session, a generation of many packs, its answers and its verdict, in bytes.</summary>
    public const int SizeBytes = 2 * 1024 * 1024;

    private const int PieceBytes = 64 * 1024;

    private static readonly ObjectName Name = new(ObjectKind.Reserve, "reserve");

    /// <summary>Gives the space up; false where there was no reserve.</summary>
    public bool TryGiveUp() => backend.Delete(Name);

    /// <summary>Makes the reserve again unless it is there; false where there is no space for it.</summary>
    /// <remarks>Random bytes: a file system that compresses gives them as much room as they say.</remarks>
    public async Task<bool> TryMakeAsync(CancellationToken cancellationToken)
    {
        if (backend.FindLength(Name) is not null)
        {
            return true;
        }

        try
        {
            using var file = backend.Create(Name, new SessionId(ids.Next()));
            var piece = new byte[PieceBytes];
            for (var written = 0; written < SizeBytes; written += piece.Length)
            {
                RandomNumberGenerator.Fill(piece);
                await file.WriteAsync(piece, cancellationToken);
            }

            await file.PublishAsync(cancellationToken);
            backend.FlushNames([Name]);
            return true;
        }
        catch (ObjectExistsException)
        {
            return true;
        }
        catch (RepositoryFullException)
        {
            return false;
        }
    }
}
