using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace BackupEngine.ControlPlane.Database.Migrations
{
    /// <inheritdoc />
    public partial class HostsAndCancel : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<DateTime>(
                name: "CancelRequestedAt",
                table: "Backups",
                type: "TEXT",
                nullable: true);

            migrationBuilder.CreateTable(
                name: "Hosts",
                columns: table => new
                {
                    Host = table.Column<string>(type: "TEXT", nullable: false),
                    Role = table.Column<string>(type: "TEXT", nullable: false),
                    Zone = table.Column<string>(type: "TEXT", nullable: false),
                    MaxConcurrent = table.Column<int>(type: "INTEGER", nullable: false),
                    SeenAt = table.Column<DateTime>(type: "TEXT", nullable: false),
                    DisabledAt = table.Column<DateTime>(type: "TEXT", nullable: true),
                    DisabledReason = table.Column<string>(type: "TEXT", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_Hosts", x => new { x.Host, x.Role });
                });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "Hosts");

            migrationBuilder.DropColumn(
                name: "CancelRequestedAt",
                table: "Backups");
        }
    }
}
