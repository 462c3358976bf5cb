using BackupEngine.ControlPlane.Api.Answers;
using BackupEngine.ControlPlane.Database.Entities;

namespace BackupEngine.ControlPlane.Api.Backups.Extensions;

/// <summary>One backup of a chain.</summary>
internal sealed record ChainLinkView
{
    /// <summary>Identity.</summary>
    public required Guid Id { get; init; }

    /// <summary>Name.</summary>
    public required string? Name { get; init; }

    /// <summary>The backup that it was made on the base of; null: it is a full one.</summary>
    public required Guid? ParentId { get; init; }

    /// <summary>Its status now; <c>deleted</c>: it is gone, which does the later ones no harm.</summary>
    public required string Status { get; init; }

    /// <summary>Always true: it can be restored whatever becomes of any other backup.</summary>
    public bool CompleteInItself { get; init; } = true;

    /// <summary>The point in time that the data are of, UTC.</summary>
    public required DateTime? DataTimestamp { get; init; }

    /// <summary>Bytes that the repository did not have before; null where nobody counted them.</summary>
    public required long? NewBytes { get; init; }

    /// <summary>What these take there, compressed.</summary>
    public required long? StoredBytes { get; init; }

    /// <summary>Where it is; empty where it was deleted.</summary>
    public required IReadOnlyList<Link> Links { get; init; }

    /// <summary>Of a record.</summary>
    public static ChainLinkView Of(Pipeline.ApiRequest request, BackupEntity backup)
    {
        var counted = StatisticsView.Of(backup);
        return new ChainLinkView
        {
            Id = backup.Id,
            Name = backup.Name,
            ParentId = backup.ParentId,
            Status = backup.Status,
            DataTimestamp = backup.DataTimestamp,
            NewBytes = counted.NewBytes,
            StoredBytes = counted.StoredBytes,
            Links = backup.DeletedAt is null ? request.Links.Of(BackupViews.Collection, backup.Id) : [],
        };
    }
}
