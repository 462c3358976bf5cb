using BackupEngine.ControlPlane.Database.Entities;
using Microsoft.EntityFrameworkCore;

namespace BackupEngine.ControlPlane.Database;

/// <summary>
/// The records: volumes, snapshots, backups and the step log. Statuses change by conditional updates only.
/// </summary>
public class EngineDatabase : DbContext
{
    /// <summary>The records in SQLite.</summary>
    public EngineDatabase(DbContextOptions<EngineDatabase> options)
        : base(options)
    {
    }

    /// <summary>The records in another server.</summary>
    protected EngineDatabase(DbContextOptions options)
        : base(options)
    {
    }

    /// <summary>Volumes, the deleted ones included.</summary>
    public DbSet<VolumeEntity> Volumes => Set<VolumeEntity>();

    /// <summary>Snapshots, the deleted ones included.</summary>
    public DbSet<SnapshotEntity> Snapshots => Set<SnapshotEntity>();

    /// <summary>Backups, the deleted ones included.</summary>
    public DbSet<BackupEntity> Backups => Set<BackupEntity>();

    /// <summary>The step log.</summary>
    public DbSet<BackupStepEntity> BackupSteps => Set<BackupStepEntity>();

    /// <summary>Verifications, the last one of each backup.</summary>
    public DbSet<BackupVerificationEntity> BackupVerifications => Set<BackupVerificationEntity>();

    /// <summary>Requests that may be asked again.</summary>
    public DbSet<IdempotencyKeyEntity> IdempotencyKeys => Set<IdempotencyKeyEntity>();

    /// <summary>Limits that administrators have set.</summary>
    public DbSet<QuotaLimitEntity> QuotaLimits => Set<QuotaLimitEntity>();

    /// <summary>Whose turn it is to add to what a project has.</summary>
    public DbSet<ProjectTurnEntity> ProjectTurns => Set<ProjectTurnEntity>();

    /// <summary>What users are told about work that failed.</summary>
    public DbSet<MessageEntity> Messages => Set<MessageEntity>();

    /// <summary>The hosts, a row for each role.</summary>
    public DbSet<HostEntity> Hosts => Set<HostEntity>();

    /// <summary>Backup policies, the deleted ones included.</summary>
    public DbSet<BackupPolicyEntity> BackupPolicies => Set<BackupPolicyEntity>();

    /// <summary>The volumes that policies name.</summary>
    public DbSet<BackupPolicyVolumeEntity> BackupPolicyVolumes => Set<BackupPolicyVolumeEntity>();

    /// <summary>What came due of policies, and what became of it.</summary>
    public DbSet<BackupPolicyRunEntity> BackupPolicyRuns => Set<BackupPolicyRunEntity>();

    /// <summary>Notifications that the broker has not confirmed yet.</summary>
    public DbSet<NotificationEntity> Notifications => Set<NotificationEntity>();

    /// <summary>Which process sends the notifications: one row.</summary>
    public DbSet<NotificationTurnEntity> NotificationTurns => Set<NotificationTurnEntity>();

    /// <summary>
    /// The time of the database, UTC: the only one by which hosts compare. In a condition or an assignment of a
    /// statement <see cref="DateTime.UtcNow"/> is the same.
    /// </summary>
    public virtual async Task<DateTime> UtcNowAsync(CancellationToken cancellationToken) => DateTime.SpecifyKind(
        await Database.SqlQuery<DateTime>($"SELECT strftime('%Y-%m-%d %H:%M:%f', 'now') AS Value")
            .SingleAsync(cancellationToken),
        DateTimeKind.Utc);

    /// <inheritdoc/>
    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder) =>
        configurationBuilder.Properties<DateTime>().HaveConversion<UtcDateTimeConverter>();

    /// <inheritdoc/>
    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<VolumeEntity>().HasIndex(v => new { v.ProjectId, v.CreatedAt });
        // What a project has is counted from these alone.
        modelBuilder.Entity<VolumeEntity>().HasIndex(v => new { v.ProjectId, v.DeletedAt, v.TargetSizeGiB, v.SizeGiB });
        modelBuilder.Entity<SnapshotEntity>().HasIndex(s => new { s.ProjectId, s.DeletedAt, s.SizeGiB });
        modelBuilder.Entity<BackupEntity>().HasIndex(b => new { b.ProjectId, b.DeletedAt, b.SizeGiB });
        modelBuilder.Entity<BackupEntity>().HasIndex(b => b.CancelRequestedAt);
        modelBuilder.Entity<BackupEntity>().HasIndex(b => b.RestoreVolumeId);
        modelBuilder.Entity<VolumeEntity>().HasIndex(v => v.Status);
        modelBuilder.Entity<VolumeEntity>().HasIndex(v => v.AttachmentId);
        modelBuilder.Entity<SnapshotEntity>().HasIndex(s => s.Status);
        modelBuilder.Entity<SnapshotEntity>().HasIndex(s => new { s.ProjectId, s.CreatedAt });
        modelBuilder.Entity<SnapshotEntity>().HasIndex(s => s.VolumeId);
        modelBuilder.Entity<BackupEntity>().HasIndex(b => new { b.ProjectId, b.CreatedAt });
        modelBuilder.Entity<BackupEntity>().HasIndex(b => new { b.VolumeId, b.DataTimestamp });
        modelBuilder.Entity<BackupEntity>().HasIndex(b => b.Status);
        modelBuilder.Entity<BackupEntity>().HasIndex(b => b.StoredAs);
        modelBuilder.Entity<BackupVerificationEntity>().HasKey(v => v.BackupId);
        modelBuilder.Entity<BackupVerificationEntity>().HasIndex(v => v.Status);
        modelBuilder.Entity<IdempotencyKeyEntity>().HasKey(k => new { k.ProjectId, k.Key });
        modelBuilder.Entity<IdempotencyKeyEntity>().HasIndex(k => k.ExpiresAt);
        modelBuilder.Entity<QuotaLimitEntity>().HasKey(q => new { q.Scope, q.Name, q.Resource });
        modelBuilder.Entity<ProjectTurnEntity>().HasKey(t => t.ProjectId);
        modelBuilder.Entity<MessageEntity>().HasIndex(m => new { m.ProjectId, m.CreatedAt });
        modelBuilder.Entity<HostEntity>().HasKey(h => new { h.Host, h.Role });
        modelBuilder.Entity<BackupStepEntity>().HasKey(s => s.Sequence);
        modelBuilder.Entity<BackupStepEntity>().HasIndex(s => new { s.BackupId, s.Sequence });
        AddPolicies(modelBuilder);
        modelBuilder.Entity<NotificationEntity>().HasKey(n => n.Sequence);
        modelBuilder.Entity<NotificationTurnEntity>().HasData(
            new NotificationTurnEntity { ExpiresAt = DateTime.UnixEpoch });
    }

    private static void AddPolicies(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<BackupEntity>().HasIndex(b => new { b.PolicyId, b.VolumeId });
        modelBuilder.Entity<BackupPolicyEntity>().HasIndex(p => new { p.ProjectId, p.CreatedAt });
        modelBuilder.Entity<BackupPolicyEntity>().HasIndex(p => p.NextRunAt);
        modelBuilder.Entity<BackupPolicyVolumeEntity>().HasKey(v => new { v.PolicyId, v.VolumeId });
        modelBuilder.Entity<BackupPolicyVolumeEntity>().HasIndex(v => v.VolumeId);
        modelBuilder.Entity<BackupPolicyRunEntity>().HasIndex(r => new { r.PolicyId, r.VolumeId, r.DueAt }).IsUnique();
        modelBuilder.Entity<BackupPolicyRunEntity>().HasIndex(r => new { r.ProjectId, r.CreatedAt });
        modelBuilder.Entity<BackupPolicyRunEntity>().HasIndex(r => new { r.Status, r.StartAt });
        modelBuilder.Entity<BackupPolicyRunEntity>().HasIndex(r => r.RetentionDue);
    }
}
