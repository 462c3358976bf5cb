namespace BackupEngine.ControlPlane.Database.Entities;

/// <summary>A record that carries metadata of its user.</summary>
public interface IMetadataRecord : IProjectRecord
{
    /// <summary>A JSON object of strings.</summary>
    string MetadataJson { get; set; }
}
