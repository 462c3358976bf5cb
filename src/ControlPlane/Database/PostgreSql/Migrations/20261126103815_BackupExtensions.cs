using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace BackupEngine.ControlPlane.Database.PostgreSql.Migrations
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
                type: "integer",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<DateTime>(
                name: "ProgressAt",
                table: "Backups",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "ProgressBytesPerSecond",
                table: "Backups",
                type: "bigint",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "ProgressDoneBytes",
                table: "Backups",
                type: "bigint",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "ProgressTotalBytes",
                table: "Backups",
                type: "bigint",
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "RateLimitMiB",
                table: "Backups",
                type: "integer",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.CreateTable(
                name: "BackupVerifications",
                columns: table => new
                {
                    BackupId = table.Column<Guid>(type: "uuid", nullable: false),
                    UserId = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    Level = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    Percent = table.Column<int>(type: "integer", nullable: false),
                    Status = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    FailReason = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    ResultJson = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    Host = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    ClaimNumber = table.Column<long>(type: "bigint", nullable: false),
                    LeaseExpiresAt = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    LastWrite = table.Column<Guid>(type: "uuid", nullable: true),
                    CancelRequestedAt = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    ProgressDoneBytes = table.Column<long>(type: "bigint", nullable: true),
                    ProgressTotalBytes = table.Column<long>(type: "bigint", nullable: true),
                    ProgressBytesPerSecond = table.Column<long>(type: "bigint", nullable: true),
                    ProgressAt = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    AskedAt = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    EndedAt = table.Column<DateTime>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_BackupVerifications", x => x.BackupId);
                });

            migrationBuilder.CreateTable(
                name: "IdempotencyKeys",
                columns: table => new
                {
                    ProjectId = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    Key = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    Fingerprint = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    BackupId = table.Column<Guid>(type: "uuid", nullable: false),
                    BackupName = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    ExpiresAt = table.Column<DateTime>(type: "timestamp with time zone", nullable: false)
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
