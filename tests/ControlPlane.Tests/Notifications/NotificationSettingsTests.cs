using BackupEngine.ControlPlane.Hosting;

namespace BackupEngine.ControlPlane.Tests.Notifications;

/// <summary>What the options about notifications refuse, and how it is said.</summary>
public sealed class NotificationSettingsTests
{
    [Fact]
    public void They_are_off_by_default_and_allowed_where_there_is_a_broker()
    {
        Assert.False(NotificationSettings.AreOn(new EngineOptions()));
        var options = new EngineOptions
        {
            Notifications = NotificationSettings.MessagingV2,
            Transport = "rabbitmq",
            RabbitMq = "amqp://guest@broker/",
        };
        EngineOptionsValidator.Validate(options);
        Assert.True(NotificationSettings.AreOn(options));
    }

    [Fact]
    public void Without_a_broker_they_are_refused_with_what_to_give() => Assert.Equal(
        "Notifications messagingv2 needs a broker, and Transport memory has none. Give Transport rabbitmq with "
        + "RabbitMq, or leave Notifications at none.",
        Refused(new EngineOptions { Notifications = NotificationSettings.MessagingV2 }));

    [Theory]
    [InlineData("messaging")]
    [InlineData("")]
    public void Another_driver_is_refused(string driver) => Assert.Contains(
        $"Notifications \"{driver}\" is not allowed. Notifications is one of none, messagingv2.",
        Refused(new EngineOptions { Notifications = driver }),
        StringComparison.Ordinal);

    [Theory]
    [InlineData("")]
    [InlineData("a#b")]
    [InlineData("a b")]
    [InlineData("amq.topic")]
    public void A_name_that_the_broker_would_refuse_is_refused_here(string name)
    {
        Assert.Contains(
            $"NotificationExchange \"{name}\" is not usable",
            Refused(new EngineOptions { NotificationExchange = name }), StringComparison.Ordinal);
        if (name != "amq.topic")
            Assert.Contains(
                $"NotificationTopic \"{name}\" is not usable",
                Refused(new EngineOptions { NotificationTopic = name }), StringComparison.Ordinal);
    }

    [Fact]
    public void Numbers_have_bounds()
    {
        var message = Refused(new EngineOptions { NotificationsKept = 0, NotificationProgressSeconds = -1 });
        Assert.Contains("NotificationsKept is a number from 1 to 10000000", message, StringComparison.Ordinal);
        Assert.Contains("NotificationProgressSeconds is a number from 0 to 86400", message, StringComparison.Ordinal);
    }

    private static string Refused(EngineOptions options) =>
        Assert.Throws<EngineConfigurationException>(() => EngineOptionsValidator.Validate(options)).Message;
}
