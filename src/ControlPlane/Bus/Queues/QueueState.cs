namespace BackupEngine.ControlPlane.Bus.Queues;

/// <summary>One queue of the broker, as an operator looks at it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Messages">Messages that wait in it.</param>
/// <param name="Consumers">Services that take from it.</param>
internal sealed record QueueState(string Name, uint Messages, uint Consumers);
