using System.Text.Encodings.Web;
using System.Text.Json;

namespace BackupEngine.DataPlane.Nbd.Client;

/// <summary>
/// The base token of a dirty bitmap: it names the point in time from which the bitmap counts. Compared letter by
/// letter. A bitmap has no identity but its name, so each point in time needs a name of its own: a bitmap that is
/// emptied and used again has the same token for another point in time.
/// </summary>
public static class BitmapToken
{
    /// <summary>The token of a bitmap.</summary>
    /// <param name="export">Name of the export: bitmaps of two disks may have the same name.</param>
    /// <param name="bitmap">Name of the bitmap.</param>
    public static string Of(string export, string bitmap) =>
        $"{{\"type\":\"nbd-bitmap\",\"export\":\"{Quote(export)}\",\"bitmap\":\"{Quote(bitmap)}\"}}";

    private static string Quote(string text) => JsonEncodedText.Encode(text, JavaScriptEncoder.Default).ToString();
}
