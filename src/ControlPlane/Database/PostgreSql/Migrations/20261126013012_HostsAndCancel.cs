using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace BackupEngine.ControlPlane.Database.PostgreSql.Migrations
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
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.CreateTable(
                name: "Hosts",
                columns: table => new
                {
                    Host = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    Role = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    Zone = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    MaxConcurrent = table.Column<int>(type: "integer", nullable: false),
                    SeenAt = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    DisabledAt = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    DisabledReason = table.Column<string>(type: "text", nullable: true, collation: "C")
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
