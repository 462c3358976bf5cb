using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace BackupEngine.ControlPlane.Database.Migrations
{
    /// <inheritdoc />
    public partial class BackupExtensions : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<int>(
                name: "Priority",
                table: "Backups",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<DateTime>(
                name: "ProgressAt",
                table: "Backups",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "ProgressBytesPerSecond",
                table: "Backups",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "ProgressDoneBytes",
                table: "Backups",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "ProgressTotalBytes",
                table: "Backups",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "RateLimitMiB",
                table: "Backups",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.CreateTable(
                name: "BackupVerifications",
                columns: table => new
                {
                    BackupId = table.Column<Guid>(type: "TEXT", nullable: false),
                    UserId = table.Column<string>(type: "TEXT", nullable: false),
                    Level = table.Column<string>(type: "TEXT", nullable: false),
                    Percent = table.Column<int>(type: "INTEGER", nullable: false),
                    Status = table.Column<string>(type: "TEXT", nullable: false),
                    FailReason = table.Column<string>(type: "TEXT", nullable: true),
                    ResultJson = table.Column<string>(type: "TEXT", nullable: true),
                    Host = table.Column<string>(type: "TEXT", nullable: true),
                    ClaimNumber = table.Column<long>(type: "INTEGER", nullable: false),
                    LeaseExpiresAt = table.Column<DateTime>(type: "TEXT", nullable: true),
                    LastWrite = table.Column<Guid>(type: "TEXT", nullable: true),
                    CancelRequestedAt = table.Column<DateTime>(type: "TEXT", nullable: true),
                    ProgressDoneBytes = table.Column<long>(type: "INTEGER", nullable: true),
                    ProgressTotalBytes = table.Column<long>(type: "INTEGER", nullable: true),
                    ProgressBytesPerSecond = table.Column<long>(type: "INTEGER", nullable: true),
                    ProgressAt = table.Column<DateTime>(type: "TEXT", nullable: true),
                    AskedAt = table.Column<DateTime>(type: "TEXT", nullable: false),
                    EndedAt = table.Column<DateTime>(type: "TEXT", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_BackupVerifications", x => x.BackupId);
                });

            migrationBuilder.CreateTable(
                name: "IdempotencyKeys",
                columns: table => new
                {
                    ProjectId = table.Column<string>(type: "TEXT", nullable: false),
                    Key = table.Column<string>(type: "TEXT", nullable: false),
                    Fingerprint = table.Column<string>(type: "TEXT", nullable: false),
                    BackupId = table.Column<Guid>(type: "TEXT", nullable: false),
                    BackupName = table.Column<string>(type: "TEXT", nullable: true),
                    ExpiresAt = table.Column<DateTime>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_IdempotencyKeys", x => new { x.ProjectId, x.Key });
                });

            migrationBuilder.CreateIndex(
                name: "IX_BackupVerifications_Status",
                table: "BackupVerifications",
                column: "Status");

            migrationBuilder.CreateIndex(
                name: "IX_IdempotencyKeys_ExpiresAt",
                table: "IdempotencyKeys",
                column: "ExpiresAt");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "BackupVerifications");

            migrationBuilder.DropTable(
                name: "IdempotencyKeys");

            migrationBuilder.DropColumn(
                name: "Priority",
                table: "Backups");

            migrationBuilder.DropColumn(
                name: "ProgressAt",
                table: "Backups");

            migrationBuilder.DropColumn(
                name: "ProgressBytesPerSecond",
                table: "Backups");

            migrationBuilder.DropColumn(
                name: "ProgressDoneBytes",
                table: "Backups");

            migrationBuilder.DropColumn(
                name: "ProgressTotalBytes",
                table: "Backups");

            migrationBuilder.DropColumn(
                name: "RateLimitMiB",
                table: "Backups");
        }
    }
}
