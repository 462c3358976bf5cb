using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace BackupEngine.ControlPlane.Database.PostgreSql.Migrations
{
    /// <inheritdoc />
    public partial class BackupPolicies : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<Guid>(
                name: "PolicyId",
                table: "Backups",
                type: "uuid",
                nullable: true);

            migrationBuilder.AddColumn<bool>(
                name: "Protected",
                table: "Backups",
                type: "boolean",
                nullable: false,
                defaultValue: false);

            migrationBuilder.CreateTable(
                name: "BackupPolicies",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "uuid", nullable: false),
                    ProjectId = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    UserId = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    Name = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    Description = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    Enabled = table.Column<bool>(type: "boolean", nullable: false),
                    TimeZone = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    JitterSeconds = table.Column<int>(type: "integer", nullable: false),
                    RulesJson = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    OptionsJson = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    RetentionJson = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    AllVolumes = table.Column<bool>(type: "boolean", nullable: false),
                    NextRunAt = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    Revision = table.Column<long>(type: "bigint", nullable: false),
                    CreatedAt = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    UpdatedAt = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    DeletedAt = table.Column<DateTime>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_BackupPolicies", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "BackupPolicyRuns",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "uuid", nullable: false),
                    PolicyId = table.Column<Guid>(type: "uuid", nullable: false),
                    VolumeId = table.Column<Guid>(type: "uuid", nullable: false),
                    ProjectId = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    DueAt = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    StartAt = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    Status = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    Reason = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    Late = table.Column<bool>(type: "boolean", nullable: false),
                    Missed = table.Column<int>(type: "integer", nullable: false),
                    BackupId = table.Column<Guid>(type: "uuid", nullable: true),
                    Incremental = table.Column<bool>(type: "boolean", nullable: false),
                    RetentionDue = table.Column<bool>(type: "boolean", nullable: false),
                    CreatedAt = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    EndedAt = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    DeletedAt = table.Column<DateTime>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_BackupPolicyRuns", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "BackupPolicyVolumes",
                columns: table => new
                {
                    PolicyId = table.Column<Guid>(type: "uuid", nullable: false),
                    VolumeId = table.Column<Guid>(type: "uuid", nullable: false),
                    Excluded = table.Column<bool>(type: "boolean", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_BackupPolicyVolumes", x => new { x.PolicyId, x.VolumeId });
                });

            migrationBuilder.CreateIndex(
                name: "IX_Backups_PolicyId_VolumeId",
                table: "Backups",
                columns: new[] { "PolicyId", "VolumeId" });

            migrationBuilder.CreateIndex(
                name: "IX_BackupPolicies_NextRunAt",
                table: "BackupPolicies",
                column: "NextRunAt");

            migrationBuilder.CreateIndex(
                name: "IX_BackupPolicies_ProjectId_CreatedAt",
                table: "BackupPolicies",
                columns: new[] { "ProjectId", "CreatedAt" });

            migrationBuilder.CreateIndex(
                name: "IX_BackupPolicyRuns_PolicyId_VolumeId_DueAt",
                table: "BackupPolicyRuns",
                columns: new[] { "PolicyId", "VolumeId", "DueAt" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_BackupPolicyRuns_ProjectId_CreatedAt",
                table: "BackupPolicyRuns",
                columns: new[] { "ProjectId", "CreatedAt" });

            migrationBuilder.CreateIndex(
                name: "IX_BackupPolicyRuns_RetentionDue",
                table: "BackupPolicyRuns",
                column: "RetentionDue");

            migrationBuilder.CreateIndex(
                name: "IX_BackupPolicyRuns_Status_StartAt",
                table: "BackupPolicyRuns",
                columns: new[] { "Status", "StartAt" });

            migrationBuilder.CreateIndex(
                name: "IX_BackupPolicyVolumes_VolumeId",
                table: "BackupPolicyVolumes",
                column: "VolumeId");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "BackupPolicies");

            migrationBuilder.DropTable(
                name: "BackupPolicyRuns");

            migrationBuilder.DropTable(
                name: "BackupPolicyVolumes");

            migrationBuilder.DropIndex(
                name: "IX_Backups_PolicyId_VolumeId",
                table: "Backups");

            migrationBuilder.DropColumn(
                name: "PolicyId",
                table: "Backups");

            migrationBuilder.DropColumn(
                name: "Protected",
                table: "Backups");
        }
    }
}
