using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace BackupEngine.ControlPlane.Database.Migrations
{
    /// <inheritdoc />
    public partial class LastWriteOfAClaim : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<Guid>(
                name: "LastWrite",
                table: "Backups",
                type: "TEXT",
                nullable: true);

            migrationBuilder.CreateIndex(
                name: "IX_Volumes_Status",
                table: "Volumes",
                column: "Status");

            migrationBuilder.CreateIndex(
                name: "IX_Snapshots_Status",
                table: "Snapshots",
                column: "Status");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "IX_Volumes_Status",
                table: "Volumes");

            migrationBuilder.DropIndex(
                name: "IX_Snapshots_Status",
                table: "Snapshots");

            migrationBuilder.DropColumn(
                name: "LastWrite",
                table: "Backups");
        }
    }
}
