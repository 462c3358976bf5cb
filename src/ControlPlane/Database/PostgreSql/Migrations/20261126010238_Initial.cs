using System;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql.EntityFrameworkCore.PostgreSQL.Metadata;

#nullable disable

namespace BackupEngine.ControlPlane.Database.PostgreSql.Migrations
{
    /// <inheritdoc />
    public partial class Initial : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "BackupSteps",
                columns: table => new
                {
                    Sequence = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    BackupId = table.Column<Guid>(type: "uuid", nullable: false),
                    Workflow = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    Step = table.Column<int>(type: "integer", nullable: false),
                    Name = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    Attempt = table.Column<long>(type: "bigint", nullable: false),
                    Outcome = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    FactsJson = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    Error = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    Host = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    At = table.Column<DateTime>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_BackupSteps", x => x.Sequence);
                });

            migrationBuilder.CreateTable(
                name: "Backups",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "uuid", nullable: false),
                    ProjectId = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    UserId = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    VolumeId = table.Column<Guid>(type: "uuid", nullable: false),
                    SnapshotId = table.Column<Guid>(type: "uuid", nullable: true),
                    ParentId = table.Column<Guid>(type: "uuid", nullable: true),
                    Name = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    Description = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    Container = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    AvailabilityZone = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    Status = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    FailReason = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    SizeGiB = table.Column<int>(type: "integer", nullable: false),
                    ObjectCount = table.Column<long>(type: "bigint", nullable: false),
                    MetadataJson = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    DataTimestamp = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    Host = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    ClaimNumber = table.Column<long>(type: "bigint", nullable: false),
                    LeaseExpiresAt = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    CommandSentAt = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    TemporaryDevice = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    RestoreVolumeId = table.Column<Guid>(type: "uuid", nullable: true),
                    BaseToken = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    ChangedBlocksOutcome = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    StatisticsJson = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    CreatedAt = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    UpdatedAt = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    DeletedAt = table.Column<DateTime>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_Backups", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "Snapshots",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "uuid", nullable: false),
                    ProjectId = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    UserId = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    VolumeId = table.Column<Guid>(type: "uuid", nullable: false),
                    Name = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    Description = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    SizeGiB = table.Column<int>(type: "integer", nullable: false),
                    Status = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    MetadataJson = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    CommandSentAt = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    CreatedAt = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    UpdatedAt = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    DeletedAt = table.Column<DateTime>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_Snapshots", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "Volumes",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "uuid", nullable: false),
                    ProjectId = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    UserId = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    Name = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    Description = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    SizeGiB = table.Column<int>(type: "integer", nullable: false),
                    Status = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    PreviousStatus = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    Host = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    AvailabilityZone = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    SourceSnapshotId = table.Column<Guid>(type: "uuid", nullable: true),
                    SourceVolumeId = table.Column<Guid>(type: "uuid", nullable: true),
                    RestoredFromBackupId = table.Column<Guid>(type: "uuid", nullable: true),
                    NeverWritten = table.Column<bool>(type: "boolean", nullable: false),
                    AttachedTo = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    MountPoint = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    AttachMode = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    AttachedAt = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    CommandSentAt = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    MetadataJson = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    FailReason = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    CreatedAt = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    UpdatedAt = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    DeletedAt = table.Column<DateTime>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_Volumes", x => x.Id);
                });

            migrationBuilder.CreateIndex(
                name: "IX_BackupSteps_BackupId_Sequence",
                table: "BackupSteps",
                columns: new[] { "BackupId", "Sequence" });

            migrationBuilder.CreateIndex(
                name: "IX_Backups_ProjectId_CreatedAt",
                table: "Backups",
                columns: new[] { "ProjectId", "CreatedAt" });

            migrationBuilder.CreateIndex(
                name: "IX_Backups_Status",
                table: "Backups",
                column: "Status");

            migrationBuilder.CreateIndex(
                name: "IX_Backups_VolumeId_DataTimestamp",
                table: "Backups",
                columns: new[] { "VolumeId", "DataTimestamp" });

            migrationBuilder.CreateIndex(
                name: "IX_Snapshots_ProjectId_CreatedAt",
                table: "Snapshots",
                columns: new[] { "ProjectId", "CreatedAt" });

            migrationBuilder.CreateIndex(
                name: "IX_Snapshots_VolumeId",
                table: "Snapshots",
                column: "VolumeId");

            migrationBuilder.CreateIndex(
                name: "IX_Volumes_ProjectId_CreatedAt",
                table: "Volumes",
                columns: new[] { "ProjectId", "CreatedAt" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "BackupSteps");

            migrationBuilder.DropTable(
                name: "Backups");

            migrationBuilder.DropTable(
                name: "Snapshots");

            migrationBuilder.DropTable(
                name: "Volumes");
        }
    }
}
