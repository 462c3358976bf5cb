using BackupEngine.ControlPlane.Contracts;
using BackupEngine.ControlPlane.VolumeService.Drivers;
using MassTransit;

namespace BackupEngine.ControlPlane.VolumeService.Consumers;

/// <summary>Answers requests: with what was asked for, or with the reason why not.</summary>
internal static class VolumeAnswers
{
    /// <summary>
    /// Sends the answer of <paramref name="work"/>. What the records or the driver refuse is answered as
    /// <see cref="VolumeRequestRefused"/>; any other error is a fault, and the asker may try again.
    /// </summary>
    public static async Task AnswerAsync(this ConsumeContext context, Func<CancellationToken, Task<object>> work)
    {
        object answer;
        try
        {
            answer = await work(context.CancellationToken);
        }
        catch (Exception e) when (e is RefusedException or VolumeDriverException)
        {
            answer = new VolumeRequestRefused { Reason = e.Message };
        }

        await context.RespondAsync(answer);
    }
}
