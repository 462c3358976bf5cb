using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace BackupEngine.ControlPlane.Database.PostgreSql.Migrations
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
                type: "boolean",
                nullable: false,
                defaultValue: false);

            migrationBuilder.AddColumn<int>(
                name: "TargetSizeGiB",
                table: "Volumes",
                type: "integer",
                nullable: true);

            migrationBuilder.AddColumn<Guid>(
                name: "StoredAs",
                table: "Backups",
                type: "uuid",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "VolumeMetadataJson",
                table: "Backups",
                type: "text",
                nullable: true,
                collation: "C");

            migrationBuilder.CreateTable(
                name: "Messages",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "uuid", nullable: false),
                    ProjectId = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    RequestId = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    ResourceType = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    ResourceId = table.Column<Guid>(type: "uuid", nullable: true),
                    ActionId = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    DetailId = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    Level = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    CreatedAt = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    ExpiresAt = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    DeletedAt = table.Column<DateTime>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_Messages", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "ProjectTurns",
                columns: table => new
                {
                    ProjectId = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    Number = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_ProjectTurns", x => x.ProjectId);
                });

            migrationBuilder.CreateTable(
                name: "QuotaLimits",
                columns: table => new
                {
                    Scope = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    Name = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    Resource = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    HardLimit = table.Column<int>(type: "integer", nullable: false)
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
