using BackupEngine.DataPlane.Devices;

namespace BackupEngine.DataPlane.Backup;

/// <summary>Asks a source that can tell what of it need not be read.</summary>
internal static class SurveyedSource
{
    /// <summary>The backup as it is to be made, with what the source tells; and what it could not tell.</summary>
    /// <remarks>Changed blocks that the request has come from who knows better: the source's are left out.</remarks>
    public static async Task<(BackupRequest Request, IReadOnlyList<string> Warnings)> AskAsync(
        BackupRequest request, ILogger logger, CancellationToken cancellationToken)
    {
        if (request.Source is not ISurveyedDevice source)
        {
            return (request, []);
        }

        var survey = await Task.Run(() => source.Survey(cancellationToken), cancellationToken);
        logger.LogInformation(
            "{Source}: {Changed} changed extents from base point '{Base}'",
            source.Name, survey.ChangedBlocks?.Count, survey.BaseToken);
        var hasAnswer = request.ParentId is not null && request.ChangedBlocks is null
            && request.ChangedBlocksUnknown is null;
        return (hasAnswer ? With(request, survey) : request, survey.Warnings);
    }

    private static BackupRequest With(BackupRequest request, SourceSurvey survey) => request with
    {
        ChangedBlocks = survey.ChangedBlocks,
        ChangedBlocksBase = survey.ChangedBlocks is null ? request.ChangedBlocksBase : survey.BaseToken,
        ChangedBlocksUnknown = survey.Unknown,
    };
}
