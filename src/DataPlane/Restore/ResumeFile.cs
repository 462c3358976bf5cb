using System.Text.Json;
using BackupEngine.DataPlane.Errors;

namespace BackupEngine.DataPlane.Restore;

/// <summary>
/// A small file that says how far an interrupted restore may have come, so that the next one goes on. It is never taken
/// for the truth: what it says was begun is read and compared, and what it does not is written. Whatever became of the
/// target meanwhile, and however old the file is, the target ends up right; a wrong file costs time only.
/// </summary>
internal sealed class ResumeFile
{
    private const string Format = "backupengine-restore-1";
    private const int MaximumBytes = 64 * 1024;

    private readonly string _path;
    private ResumeState _state;

    private ResumeFile(string path, ResumeState state)
    {
        _path = path;
        _state = state;
    }

    /// <summary>Everything on the target from here on was left alone by the restores before.</summary>
    public long BegunBytes => _state.BegunBytes;

    /// <summary>Why the file is behind; empty where it is not.</summary>
    public string Warning { get; private set; } = "";

    /// <summary>Opens the file, or prepares one where there is none yet.</summary>
    /// <param name="path">Where it is.</param>
    /// <param name="restore">The restore that is to be made.</param>
    /// <exception cref="UsageException">There is another file, or the file of another restore; nothing was
    /// changed.</exception>
    public static ResumeFile Open(string path, ResumeState restore)
    {
        var fresh = restore with { Format = Format, BegunBytes = 0 };
        var found = Read(path);
        if (found is not null && found with { BegunBytes = 0 } != fresh)
        {
            throw new UsageException(
                $"The resume file {path} is of a restore of backup {found.BackupId} to {found.Target}. Nothing was "
                + "changed. Name another file, or delete this one.");
        }

        var file = new ResumeFile(path, found ?? fresh);
        try
        {
            file.Write();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"The resume file {path} cannot be written: {e.Message} Nothing was changed.", e);
        }

        return file;
    }

    /// <summary>
    /// Says, before anything is changed there, that the target may be changed up to an offset. Where that fails the
    /// restore goes on: the next one would write again what it is not told of.
    /// </summary>
    public void Advance(long begunBytes)
    {
        if (begunBytes <= _state.BegunBytes || Warning.Length > 0)
        {
            return;
        }

        _state = _state with { BegunBytes = begunBytes };
        try
        {
            Write();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Warning = $"The resume file {_path} could not be written any more: {e.Message} "
                + "Had the restore been interrupted, more would have been written again.";
        }
    }

    /// <summary>The restore is complete: there is nothing to go on with.</summary>
    public void Delete() => File.Delete(_path);

    private static ResumeState? Read(string path)
    {
        if (!Path.Exists(path))
        {
            return null;
        }

        try
        {
            if (new FileInfo(path).Length is > 0 and <= MaximumBytes
                && JsonSerializer.Deserialize(File.ReadAllBytes(path), ResumeJson.Default.ResumeState)
                    is { Format: Format, BegunBytes: >= 0 } state)
            {
                return state;
            }
        }
        catch (JsonException)
        {
            // Said below, with what else is no resume file.
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"The resume file {path} cannot be read: {e.Message} Nothing was changed.", e);
        }

        throw new UsageException(
            $"{path} is not a resume file of this program. Nothing was changed. Name another file, or a new one.");
    }

    /// <summary>Flushed before it gets its name: what is there under the name is always whole.</summary>
    private void Write()
    {
        var temporary = _path + ".new";
        using (var file = new FileStream(temporary, FileMode.Create, FileAccess.Write))
        {
            file.Write(JsonSerializer.SerializeToUtf8Bytes(_state, ResumeJson.Default.ResumeState));
            file.Flush(flushToDisk: true);
        }

        File.Move(temporary, _path, overwrite: true);
    }
}
