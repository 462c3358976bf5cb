using System.Net;

namespace BackupEngine.ControlPlane.Tests.Api;

/// <summary>Metadata of volumes and snapshots, whole and by key.</summary>
public sealed class MetadataTests(ApiHost host) : IClassFixture<ApiHost>
{
    private ApiClient Demo => host.As(ApiHost.Demo);

    [Theory]
    [InlineData("volumes", "Volume")]
    [InlineData("snapshots", "Snapshot")]
    public async Task Metadata_are_read_added_replaced_and_removed(string collection, string kind)
    {
        var path = await AddAsync(collection);
        var id = path.Split('/')[^2];

        Assert.Equal("{\"metadata\":{}}", (await Demo.GetAsync(path)).Text);
        Assert.Equal(
            "{\"metadata\":{\"a\":\"1\",\"b\":\"2\"}}",
            (await Demo.PostAsync(path, "{\"metadata\":{\"a\":\"1\",\"b\":\"2\"}}")).Text);
        Assert.Equal(
            "{\"metadata\":{\"a\":\"1\",\"b\":\"3\"}}",
            (await Demo.PostAsync(path, "{\"metadata\":{\"b\":\"3\"}}")).Text);
        Assert.Equal("{\"meta\":{\"b\":\"3\"}}", (await Demo.GetAsync(path + "/b")).Text);
        Assert.Equal("{\"meta\":{\"b\":\"4\"}}", (await Demo.PutAsync(path + "/b", "{\"meta\":{\"b\":\"4\"}}")).Text);
        (await Demo.DeleteAsync(path + "/a")).MustBe(HttpStatusCode.OK);
        Assert.Equal("{\"metadata\":{\"b\":\"4\"}}", (await Demo.GetAsync(path)).Text);
        Assert.Equal("{\"metadata\":{}}", (await Demo.PutAsync(path, "{\"metadata\":{}}")).Text);
        (await Demo.DeleteAsync(path + "/a")).MustRefuse(
            404, "itemNotFound", $"{kind} {id} has no metadata with key a.");
        (await Demo.GetAsync(path + "/a")).MustBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Refusals()
    {
        var path = await AddAsync("volumes");

        (await Demo.PutAsync(path + "/a", "{\"meta\":{\"b\":\"4\"}}")).MustRefuse("Request body and URI mismatch");
        (await Demo.PutAsync(path + "/a", "{\"meta\":{\"a\":\"1\",\"b\":\"4\"}}")).MustRefuse(
            "Request body contains too many items");
        (await Demo.PostAsync(path, "{\"metadata\":{\"k\":1}}")).MustRefuse(
            "Invalid input for field/attribute k. Value: 1. 1 is not of type 'string'");
        (await Demo.PostAsync(path, "{}")).MustRefuse("'metadata' is a required property");
        (await host.As(ApiHost.Other).GetAsync(path)).MustBe(HttpStatusCode.NotFound);
        (await Demo.GetAsync("/volumes/foo/metadata")).MustRefuse(
            404, "itemNotFound", "Volume foo could not be found.");
    }

    [Fact]
    public async Task Of_changes_at_once_none_is_lost()
    {
        var path = await AddAsync("volumes");

        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(
            i => Demo.PostAsync(path, $"{{\"metadata\":{{\"k{i}\":\"v\"}}}}")));

        Assert.All(answers, answer => answer.MustBe(HttpStatusCode.OK));
        Assert.Equal(10, (await Demo.GetAsync(path))["metadata"].AsObject().Count);
    }

    private async Task<string> AddAsync(string collection)
    {
        var volume = await host.AddVolumeAsync();
        var id = collection == "volumes" ? volume.Id : (await host.AddSnapshotAsync(volume)).Id;
        return $"/{collection}/{id}/metadata";
    }
}
