using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace BackupEngine.ControlPlane.Database.Migrations
{
    /// <inheritdoc />
    public partial class Attachments : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<DateTime>(
                name: "AttachmentCreatedAt",
                table: "Volumes",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<Guid>(
                name: "AttachmentId",
                table: "Volumes",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "AttachmentStatus",
                table: "Volumes",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "ConnectionPath",
                table: "Volumes",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "ConnectionType",
                table: "Volumes",
                type: "TEXT",
                nullable: true);

            migrationBuilder.CreateIndex(
                name: "IX_Volumes_AttachmentId",
                table: "Volumes",
                column: "AttachmentId");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "IX_Volumes_AttachmentId",
                table: "Volumes");

            migrationBuilder.DropColumn(
                name: "AttachmentCreatedAt",
                table: "Volumes");

            migrationBuilder.DropColumn(
                name: "AttachmentId",
                table: "Volumes");

            migrationBuilder.DropColumn(
                name: "AttachmentStatus",
                table: "Volumes");

            migrationBuilder.DropColumn(
                name: "ConnectionPath",
                table: "Volumes");

            migrationBuilder.DropColumn(
                name: "ConnectionType",
                table: "Volumes");
        }
    }
}
