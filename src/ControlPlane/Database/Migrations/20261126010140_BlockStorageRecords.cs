using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace BackupEngine.ControlPlane.Database.Migrations
{
    /// <inheritdoc />
    public partial class BlockStorageRecords : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<bool>(
                name: "Bootable",
                table: "Volumes",
                type: "INTEGER",
                nullable: false,
                defaultValue: false);

            migrationBuilder.AddColumn<int>(
                name: "TargetSizeGiB",
                table: "Volumes",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<Guid>(
                name: "StoredAs",
                table: "Backups",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "VolumeMetadataJson",
                table: "Backups",
                type: "TEXT",
                nullable: true);

            migrationBuilder.CreateTable(
                name: "Messages",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "TEXT", nullable: false),
                    ProjectId = table.Column<string>(type: "TEXT", nullable: false),
                    RequestId = table.Column<string>(type: "TEXT", nullable: false),
                    ResourceType = table.Column<string>(type: "TEXT", nullable: false),
                    ResourceId = table.Column<Guid>(type: "TEXT", nullable: true),
                    ActionId = table.Column<string>(type: "TEXT", nullable: false),
                    DetailId = table.Column<string>(type: "TEXT", nullable: false),
                    Level = table.Column<string>(type: "TEXT", nullable: false),
                    CreatedAt = table.Column<DateTime>(type: "TEXT", nullable: false),
                    ExpiresAt = table.Column<DateTime>(type: "TEXT", nullable: false),
                    DeletedAt = table.Column<DateTime>(type: "TEXT", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_Messages", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "ProjectTurns",
                columns: table => new
                {
                    ProjectId = table.Column<string>(type: "TEXT", nullable: false),
                    Number = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_ProjectTurns", x => x.ProjectId);
                });

            migrationBuilder.CreateTable(
                name: "QuotaLimits",
                columns: table => new
                {
                    Scope = table.Column<string>(type: "TEXT", nullable: false),
                    Name = table.Column<string>(type: "TEXT", nullable: false),
                    Resource = table.Column<string>(type: "TEXT", nullable: false),
                    HardLimit = table.Column<int>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_QuotaLimits", x => new { x.Scope, x.Name, x.Resource });
                });

            migrationBuilder.CreateIndex(
                name: "IX_Backups_StoredAs",
                table: "Backups",
                column: "StoredAs");

            migrationBuilder.CreateIndex(
                name: "IX_Messages_ProjectId_CreatedAt",
                table: "Messages",
                columns: new[] { "ProjectId", "CreatedAt" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "Messages");

            migrationBuilder.DropTable(
                name: "ProjectTurns");

            migrationBuilder.DropTable(
                name: "QuotaLimits");

            migrationBuilder.DropIndex(
                name: "IX_Backups_StoredAs",
                table: "Backups");

            migrationBuilder.DropColumn(
                name: "Bootable",
                table: "Volumes");

            migrationBuilder.DropColumn(
                name: "TargetSizeGiB",
                table: "Volumes");

            migrationBuilder.DropColumn(
                name: "StoredAs",
                table: "Backups");

            migrationBuilder.DropColumn(
                name: "VolumeMetadataJson",
                table: "Backups");
        }
    }
}
