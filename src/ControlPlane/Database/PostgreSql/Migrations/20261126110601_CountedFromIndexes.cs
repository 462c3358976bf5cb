using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace BackupEngine.ControlPlane.Database.PostgreSql.Migrations
{
    /// <inheritdoc />
    public partial class CountedFromIndexes : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateIndex(
                name: "IX_Volumes_ProjectId_DeletedAt_TargetSizeGiB_SizeGiB",
                table: "Volumes",
                columns: new[] { "ProjectId", "DeletedAt", "TargetSizeGiB", "SizeGiB" });

            migrationBuilder.CreateIndex(
                name: "IX_Snapshots_ProjectId_DeletedAt_SizeGiB",
                table: "Snapshots",
                columns: new[] { "ProjectId", "DeletedAt", "SizeGiB" });

            migrationBuilder.CreateIndex(
                name: "IX_Backups_CancelRequestedAt",
                table: "Backups",
                column: "CancelRequestedAt");

            migrationBuilder.CreateIndex(
                name: "IX_Backups_ProjectId_DeletedAt_SizeGiB",
                table: "Backups",
                columns: new[] { "ProjectId", "DeletedAt", "SizeGiB" });

            migrationBuilder.CreateIndex(
                name: "IX_Backups_RestoreVolumeId",
                table: "Backups",
                column: "RestoreVolumeId");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "IX_Volumes_ProjectId_DeletedAt_TargetSizeGiB_SizeGiB",
                table: "Volumes");

            migrationBuilder.DropIndex(
                name: "IX_Snapshots_ProjectId_DeletedAt_SizeGiB",
                table: "Snapshots");

            migrationBuilder.DropIndex(
                name: "IX_Backups_CancelRequestedAt",
                table: "Backups");

            migrationBuilder.DropIndex(
                name: "IX_Backups_ProjectId_DeletedAt_SizeGiB",
                table: "Backups");

            migrationBuilder.DropIndex(
                name: "IX_Backups_RestoreVolumeId",
                table: "Backups");
        }
    }
}
